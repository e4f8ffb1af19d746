"""Errors as the front door answers them."""

from __future__ import annotations

from aiohttp import web

from local.listening.guard import Refusal


def error_answer(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


def answer_refusal(refusal: Refusal) -> web.Response:
    return error_answer(refusal.status, refusal.code, refusal.message)
