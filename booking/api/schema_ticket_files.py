"""What the OpenAPI document says about tickets as files, and about sending them once more."""

from typing import Any

from booking.api.schema_components import Json

TICKET_ID: Json = {"name": "ticket_id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
VOID: Json = {
    "description": "This ticket does not open the door, so it has no code.",
    "x-problem": {"code": "ticket_void"},
}
NOT_FOUND: Json = {"description": "Ticket with id 2001 not found"}
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Nosferatu\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="328" height="328"></svg>'
LIMIT_HEADERS: Json = {
    name: {"description": "How many mails are left for this ticket.", "schema": {"type": "string"}}
    for name in ("RateLimit", "RateLimit-Policy")
}


def _operation(name: str, summary: str, responses: Json) -> Json:
    return {
        "operationId": name,
        "tags": ["Tickets"],
        "summary": summary,
        "security": [{"bearer": []}],
        "parameters": [TICKET_ID],
        "responses": responses | {"404": NOT_FOUND},
    }


def _file(name: str, summary: str, media: str, schema: Json, **refusals: Json) -> Json:
    answer = {"description": "The file; only the caller's own browser may keep it.", "content": {media: schema}}
    return {"get": _operation(name, summary, {"200": answer} | refusals)}


def _text(example: str) -> Json:
    return {"schema": {"type": "string"}, "example": example}


BINARY: Json = {"schema": {"type": "string", "format": "binary"}}
SENT: Json = {
    "description": "It is on its way.",
    "headers": LIMIT_HEADERS,
    "content": {
        "application/json": {
            "schema": {"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]},
            "example": {"message": "The ticket is on its way to the buyer's mailbox."},
        }
    },
}

COMPONENTS: dict[str, Any] = {}
PATHS: dict[str, Json] = {
    "/api/v1/tickets/{ticket_id}/qr.svg": _file(
        "ticket_qr_svg", "Get the QR code as SVG", "image/svg+xml", _text(SVG), **{"409": VOID}
    ),
    "/api/v1/tickets/{ticket_id}/qr.png": _file(
        "ticket_qr_png", "Get the QR code as PNG", "image/png", BINARY, **{"409": VOID}
    ),
    "/api/v1/tickets/{ticket_id}.pdf": _file(
        "ticket_pdf", "Get the ticket as PDF; one that does not open the door says so", "application/pdf", BINARY
    ),
    "/api/v1/tickets/{ticket_id}.ics": _file(
        "ticket_calendar", "Get the ticket's booking for a calendar", "text/calendar", _text(CALENDAR)
    ),
    "/api/v1/tickets/{ticket_id}/resend": {
        "post": _operation(
            "resend_ticket",
            "Resend Ticket Confirmation: three mails a ticket and hour",
            {
                "200": SENT,
                "409": {
                    "description": "A ticket that is cancelled cannot be sent again.",
                    "x-problem": {"code": "illegal_transition"},
                },
                "429": {
                    "description": "Too many requests. Please try again in 1140 seconds.",
                    "x-problem": {"code": "rate_limit"},
                },
            },
        )
    },
}
