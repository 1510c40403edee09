import asyncio
from tests import test_bad_input as tb
from tests.test_bad_input import GARBAGE, opened, moment
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
                    try: await moment(lambda: len(p.heard)>n, t, 1.5)
                    except LookupError: 
                        print("NO ANSWER", p.name, t, flush=True)
                        from storage.models import Inbox
                        print([(r.id,r.chat[:4],r.state,r.attempts,r.error) for r in await bed.all(Inbox) if r.state!="done"], flush=True)
                        d=bed.app.dispatch; print(d._ready, d._resting, d._wake.is_set())
                        print(bed.troubles.found[-3:])
                        for task in asyncio.all_tasks():
                            if task.get_name() in ("dispatch","web","jobs","outbox") or "ispatch" in str(task.get_coro()) : task.print_stack(limit=6)
                        import os; os._exit(1)
            await asyncio.gather(*(run(p, tokens[i%4::4]) for i,p in enumerate(people)))
