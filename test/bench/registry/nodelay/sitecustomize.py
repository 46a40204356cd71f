"""Loaded by Python at its start: sockets that are bound send at once, and so do, on Linux, those that they accept.

asyncio sets TCP_NODELAY where a socket says IPPROTO_TCP; the one that uvicorn hands to its workers says 0. Its answer of two
writes then waits for the client's delayed ACK, 40 ms.
"""

import socket

bind = socket.socket.bind


def bind_nodelay(self, address):
    if self.type == socket.SOCK_STREAM and self.family in (socket.AF_INET, socket.AF_INET6):
        self.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bind(self, address)


socket.socket.bind = bind_nodelay
