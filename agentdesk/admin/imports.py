"""``/admin/imports``: what was brought in from the old system, what was wrong, whether it agrees.

Cells are not shown, only where they stand: the files beside the report have them.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from agentdesk.admin.page import page
from crm.migration import queries, report
from crm.migration.tally import Tally
from crm.migration.totals import agreed, reconcile
from mainline.permissions import Permission
from mainline.web import ReadSession, allow

router = APIRouter(
    prefix="/admin/imports", dependencies=[allow(Permission.ADMINISTER)], include_in_schema=False
)


@router.get("")
async def imports(request: Request, session: ReadSession) -> HTMLResponse:
    """All runs, the newest first."""
    runs = [(run, report.rows(Tally.of(run.progress))) for run in await queries.runs(session)]
    return page(request, "imports.html", runs=runs, table_names=report.TABLE_NAMES)


@router.get("/{run_id}")
async def one_import(
    request: Request, session: ReadSession, run_id: Annotated[int, Path(ge=1, le=2**31)]
) -> HTMLResponse:
    """One run: rows, totals, quality."""
    run = await queries.run(session, run_id)
    tally = Tally.of(run.progress)
    lines = reconcile(tally.told, tally.counts)
    return page(
        request, "import.html",
        run=run, rows=report.rows(tally), findings=report.findings(tally), lines=lines,
        agreed=agreed(lines), shown=report.shown, table_names=report.TABLE_NAMES,
        item_names=report.ITEM_NAMES, level_names=report.LEVEL_NAMES,
    )  # fmt: skip
