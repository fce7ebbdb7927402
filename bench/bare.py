"""The least that a web application of this kind can do: one endpoint that reads one row."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()
_engine = create_async_engine(os.environ["BARE_URL"], pool_size=8, max_overflow=8)
_sessions = async_sessionmaker(_engine)


class _Base(DeclarativeBase):
    pass


class Customer(_Base):
    """As much of the table as is read."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String)


async def _session() -> AsyncIterator[AsyncSession]:
    async with _sessions() as session:
        yield session


@app.get("/{customer_id}")
async def read(
    customer_id: int, session: Annotated[AsyncSession, Depends(_session)]
) -> dict[str, object]:
    """One row."""
    found = await session.scalar(select(Customer).where(Customer.id == customer_id))
    return {"id": customer_id, "name": found.name if found else None}


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["BARE_PORT"]), log_config=None, access_log=False)
