import asyncio
from tests.test_bad_input import *
from tests.test_bad_input import _other_peoples_references
async def test_x(tmp_path, sqlite_template, knowledge):
    with sqlite_template.copy(tmp_path) as url:
        async with opened(tmp_path, url, knowledge) as bed:
            names = sorted({name for sort, name in bed.app.shelf.registry.handlers if sort == "press"})
            references = await _other_peoples_references(bed)
            tokens = [f"{name}:{argument}"[:64] for name in names for argument in (*GARBAGE, *references)]
            people=[await bed.on_web(f"g{n}") for n in range(8)]
            for p in people[4:]: await bed.takes_office(p, "grid_worker", "S1-C2-G1")
            async def run(p, toks):
                for t in toks:
                    n=len(p.heard); await p.forge(t)
                    try: await moment(lambda: len(p.heard)>n, t, 3)
                    except LookupError: print("NO ANSWER", p.name, t, p.last(3))
            await asyncio.gather(*(run(p, tokens[i%4::4]) for i,p in enumerate(people)))
