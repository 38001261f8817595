"""A long cable for kernels without netem: passes bytes on late and in order, one way, as netem on one end would.

usage: python tests/faults/delay.py SECONDS LISTEN_ADDRESS OTHER_ADDRESS PORT...
"""

import asyncio
import sys


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    loop, on_their_way = asyncio.get_running_loop(), asyncio.Queue()

    async def arrive() -> None:
        while True:
            due, piece = await on_their_way.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not piece:
                writer.close()
                return
            writer.write(piece)

    arriving = asyncio.create_task(arrive())
    try:
        while piece := await reader.read(65536):
            on_their_way.put_nowait((loop.time() + seconds, piece))
    except ConnectionError:
        writer.close()
    on_their_way.put_nowait((loop.time() + seconds, b""))
    await arriving


async def main(seconds: float, here: str, there: str, ports: list[int]) -> None:
    def serve(port: int) -> object:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            other_reader, other_writer = await asyncio.open_connection(there, port)
            await asyncio.gather(pass_on(reader, other_writer, seconds), pass_on(other_reader, writer, 0.0))

        return asyncio.start_server(connected, here, port)

    servers = [await serve(port) for port in ports]
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), sys.argv[2], sys.argv[3], [int(port) for port in sys.argv[4:]]))
