"""Asterisk's REST interface, as far as credentials go."""

from typing import Any

from aiohttp import encode_basic_auth, web

SECRET = "word-between-us"
_PATH = "/ari/asterisk/config/dynamic/res_pjsip/auth/{name}"


class AriServer:
    """Keeps digest objects; ``status`` makes it answer that to everything."""

    def __init__(self) -> None:
        self.auths: dict[str, dict[str, str]] = {}
        self.requests: list[str] = []
        self.status = 0
        self.port = 0

    async def __aenter__(self) -> "AriServer":
        app = web.Application(middlewares=[self._guard])
        app.router.add_put(_PATH, self._put)
        app.router.add_get(_PATH, self._get)
        app.router.add_delete(_PATH, self._delete)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path.rpartition('/')[2]}")
        if request.headers.get("Authorization") != encode_basic_auth("mainline", SECRET):
            return web.Response(status=401)
        if self.status:
            return web.Response(status=self.status)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _put(self, request: web.Request) -> web.Response:
        pairs = (await request.json())["fields"]
        values = {pair["attribute"]: pair["value"] for pair in pairs}
        self.auths[request.match_info["name"]] = values
        return web.json_response(pairs)

    async def _get(self, request: web.Request) -> web.Response:
        found = self.auths.get(request.match_info["name"])
        return web.json_response(found) if found else web.json_response({}, status=404)

    async def _delete(self, request: web.Request) -> web.Response:
        found = self.auths.pop(request.match_info["name"], None)
        return web.Response(status=204 if found else 404)
