import ast

from mainline.config import PROJECT
from mainline.i18n import catalog


def test_every_text_of_the_crm_is_there_in_chinese() -> None:
    texts = {
        node.args[0].value
        for path in (PROJECT / "crm").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"Text", "_"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(texts) >= 20
    assert sorted(text for text in texts if text not in catalog()) == []
