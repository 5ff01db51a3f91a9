// Streams of events by RxJS: operators, subjects, errors and retries, time, sharing,
// and a response that is one.
import {
  BehaviorSubject, catchError, combineLatest, concat, concatMap, debounceTime, defer, delay, EMPTY, endWith, exhaustMap, finalize, firstValueFrom, forkJoin, from, fromEvent,
  groupBy, interval, lastValueFrom, map, merge, mergeMap, NEVER, Observable, of, pairwise, range, ReplaySubject, retry, scan, share, Subject, switchMap, take, takeUntil, tap,
  throwError, timeout, timer, toArray, VirtualTimeScheduler, withLatestFrom, zip,
} from "rxjs";
import { TestScheduler } from "rxjs/testing";

const all = <T>(stream: Observable<T>) => lastValueFrom(stream.pipe(toArray()), { defaultValue: [] as T[] });
const failure = (error: Error) => `${error.name}: ${error.message}`;

async function operators() {
  const words = from(["one", "two", "three", "four", "five"]);
  return {
    mapped: await all(words.pipe(map((word) => word.length), scan((sum, n) => sum + n, 0))),
    grouped: await all(words.pipe(groupBy((word) => word.length), mergeMap((group) => group.pipe(toArray(), map((list) => [group.key, list]))))),
    pairs: await all(range(1, 4).pipe(pairwise())),
    zipped: await all(zip(words, range(1, 3))),
    latest: await all(combineLatest([of(1, 2), of("a", "b")])),
    joined: await lastValueFrom(forkJoin({ a: of(1), b: timer(2).pipe(map(() => "late")) })),
    order: [await all(of(3, 1, 2).pipe(concatMap((n) => timer(n).pipe(map(() => n))))), await all(of(30, 5, 15).pipe(mergeMap((n) => timer(n).pipe(map(() => n)))))],
    switched: await all(merge(of(1), timer(5).pipe(map(() => 2))).pipe(switchMap((n) => timer(20).pipe(map(() => n))))),
    exhausted: await all(of(1, 2, 3).pipe(exhaustMap((n) => timer(2).pipe(map(() => n))))),
    ended: await all(concat(of("a"), EMPTY, of("b")).pipe(endWith("z"))),
  };
}

async function errors() {
  let attempts = 0;
  const flaky = defer(() => (++attempts < 3 ? throwError(() => new Error(`attempt ${attempts}`)) : of(`worked at ${attempts}`)));
  const log: string[] = [];
  await all(throwError(() => new RangeError("caught")).pipe(catchError((error) => of(failure(error))), tap((text) => log.push(text)), finalize(() => log.push("finally"))));
  return {
    retried: await lastValueFrom(flaky.pipe(retry({ count: 5, delay: 1 }))),
    log,
    late: await lastValueFrom(NEVER.pipe(timeout(5))).catch(failure),
    empty: await firstValueFrom(EMPTY).catch(failure),
  };
}

async function subjects() {
  const seen: unknown[] = [];
  const state = new BehaviorSubject(1);
  const replay = new ReplaySubject<number>(2);
  const source = new Subject<number>();
  let subscriptions = 0;
  const shared = defer(() => (subscriptions++, source)).pipe(share());
  const [a, b] = [shared.subscribe((n) => seen.push(["a", n])), shared.subscribe((n) => seen.push(["b", n]))];
  state.subscribe((n) => seen.push(["state", n]));
  for (const n of [1, 2, 3]) (source.next(n), replay.next(n), state.next(n * 10));
  replay.subscribe((n) => seen.push(["replay", n]));
  a.unsubscribe();
  source.next(4);
  b.unsubscribe();
  source.pipe(withLatestFrom(state)).subscribe((pair) => seen.push(pair));
  source.next(5);
  const target = new EventTarget();
  const events = all(fromEvent(target, "ping").pipe(map(({ type }) => type), take(2)));
  target.dispatchEvent(new Event("ping"));
  target.dispatchEvent(new Event("ping"));
  return { seen, subscriptions, value: state.value, events: await events };
}

function marbles() {
  const frames: unknown[] = [];
  const scheduler = new TestScheduler((actual) => frames.push(actual));
  scheduler.run(({ cold, expectObservable }) => {
    expectObservable(cold("a---b-c-----|").pipe(debounceTime(3))).toBe("");
    expectObservable(cold("a-b|").pipe(delay(3))).toBe("");
    expectObservable(cold("a-#")).toBe("");
  });
  const virtual = new VirtualTimeScheduler();
  const ticks: number[] = [];
  interval(1000, virtual).pipe(takeUntil(timer(3500, virtual))).subscribe((n) => ticks.push(n));
  virtual.flush();
  return { frames, ticks, clock: virtual.now() };
}

export default {
  async fetch(request: Request) {
    if (new URL(request.url).pathname === "/stream") {
      const lines = interval(2).pipe(take(4), map((n) => `line ${n}\n`));
      const body = new ReadableStream({
        start(controller) {
          lines.subscribe({ next: (line) => controller.enqueue(new TextEncoder().encode(line)), complete: () => controller.close() });
        },
      });
      return new Response(body, { headers: { "content-type": "text/plain" } });
    }
    return Response.json({ operators: await operators(), errors: await errors(), subjects: await subjects(), marbles: marbles() });
  },
};
