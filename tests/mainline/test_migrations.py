from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from mainline.db import Base, Database
from mainline.db.migrate import upgrade
from mainline.features import modules
from tests.support import postgres


def differences(connection: Connection) -> list[object]:
    list(modules("models"))
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


async def found_in(url: str) -> tuple[list[object], set[str]]:
    database = Database(url)
    try:
        async with database.engine.begin() as connection:
            left = await connection.run_sync(differences)
            tables = await connection.run_sync(lambda one: set(inspect(one).get_table_names()))
        return left, tables
    finally:
        await database.dispose()


async def test_a_new_sqlite_database_gets_the_tables_that_the_features_declare(
    tmp_path: Path,
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/new.db"
    await upgrade(url)
    await upgrade(url)
    left, tables = await found_in(url)
    assert left == []
    assert tables == {*Base.metadata.tables, "alembic_version"}


@pytest.mark.postgres
async def test_a_new_postgresql_database_gets_them_too(postgres_cluster: postgres.Cluster) -> None:
    postgres_cluster.sql("CREATE DATABASE migrated")
    url = postgres_cluster.url("migrated")
    try:
        await upgrade(url)
        await upgrade(url)
        left, tables = await found_in(url)
        assert left == []
        assert tables == {*Base.metadata.tables, "alembic_version"}
    finally:
        postgres_cluster.sql("DROP DATABASE migrated")
