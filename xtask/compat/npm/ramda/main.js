// What programs use of Ramda: currying, composition, lenses, transducers, maps of
// promises.
import * as R from "ramda";

const people = [
  { name: "Ada", age: 36, address: { city: "London" } },
  { name: "Grace", age: 85, address: { city: "New York" } },
  { name: "Konrad", age: 85, address: { city: "Berlin" } },
];

const city = R.lensPath(["address", "city"]);
const adults = R.pipe(R.filter(R.propSatisfies(R.gt(R.__, 40), "age")), R.map(R.pick(["name", "age"])), R.sortBy(R.prop("name")));
const fizz = R.cond([
  [(n) => n % 15 === 0, R.always("FizzBuzz")],
  [(n) => n % 3 === 0, R.always("Fizz")],
  [(n) => n % 5 === 0, R.always("Buzz")],
  [R.T, String],
]);

export default {
  async fetch() {
    const later = R.pipeWith(R.andThen, [async (n) => n + 1, R.multiply(10), R.of(Array)]);
    return Response.json({
      adults: adults(people),
      groups: [R.groupBy(R.path(["address", "city"]), people), R.countBy(R.prop("age"), people), R.indexBy(R.prop("name"), people), R.reduceBy((sum, { age }) => sum + age, 0, ({ age }) => (age > 40 ? "old" : "young"), people)],
      sorted: R.sortWith([R.descend(R.prop("age")), R.ascend(R.prop("name"))], people).map(R.prop("name")),
      lenses: [R.view(city, people[0]), R.set(city, "Paris", people[0]), R.over(city, R.toUpper, people[1]), R.over(R.lensIndex(1), R.negate, [1, 2, 3])],
      curried: [R.curry((a, b, c) => a + b * c)(1, R.__, 3)(2), R.flip(R.subtract)(1, 10), R.uncurryN(2, (a) => (b) => a - b)(5, 3), R.partial(Math.max, [3])(1, 2), R.unapply(R.sum)(1, 2, 3)],
      composed: [R.compose(R.join("-"), R.reverse, R.split(""))("abc"), R.converge(R.divide, [R.sum, R.length])([1, 2, 3, 4]), R.juxt([Math.min, Math.max])(3, 1, 2), R.useWith(Math.pow, [R.inc, R.dec])(3, 4), R.ap([R.inc, R.dec], [10, 20]), R.lift(R.add)([1, 2], [10, 20])],
      transduced: R.into([], R.compose(R.map(R.inc), R.filter(R.modulo(R.__, 2)), R.take(3)), R.range(0, 20)),
      reduced: R.reduceWhile((sum, n) => sum + n < 20, R.add, 0, R.range(1, 100)),
      objects: [R.mergeDeepWith(R.concat, { a: { b: [1] } }, { a: { b: [2], c: 3 } }), R.evolve({ age: R.inc, address: { city: R.toLower } }, people[0]), R.assocPath(["a", 0, "b"], 1, {}), R.dissocPath(["address", "city"], people[0]), R.invertObj({ a: "x", b: "y" }), R.toPairs({ a: 1 }), R.renameKeys?.({ a: "b" }, { a: 1 }) ?? "none", R.where({ age: R.lt(40), name: R.startsWith("G") }, people[1]), R.whereEq({ age: 85 }, people[2]), R.pathOr("?", ["x", "y"], {})],
      lists: [R.aperture(2, [1, 2, 3]), R.splitEvery(2, "abcde"), R.zipWith(R.multiply, [1, 2], [3, 4]), R.groupWith(R.equals, [1, 1, 2, 3, 3]), R.dropLastWhile(R.lt(2), [1, 2, 3]), R.symmetricDifference([1, 2], [2, 3]), R.uniqWith(R.eqBy(Math.abs), [1, -1, 2]), R.scan(R.multiply, 1, [1, 2, 3]), R.xprod([1, 2], ["a"]), R.transpose([[1, 2], [3]]), R.unfold((n) => n < 4 && [n, n + 1], 1), R.mapAccum((sum, n) => [sum + n, sum * n], 0, [1, 2, 3])],
      logic: [R.range(1, 16).map(fizz), R.ifElse(R.isNil, R.always("nil"), R.identity)(null), R.tryCatch(JSON.parse, R.always("no JSON"))("{"), R.allPass([R.is(Number), R.gt(5)])(3), R.both(R.isEmpty, R.isNotNil)([]), R.until(R.gt(R.__, 100), R.multiply(2))(1), R.defaultTo(7, NaN)],
      equal: [R.equals({ a: [new Date(0), /x/g, new Map([[1, { b: 2 }]])] }, { a: [new Date(0), /x/g, new Map([[1, { b: 2 }]])] }), R.identical(0, -0), R.equals(new Set([1]), new Set([2])), R.type(/x/), R.toString({ a: [1, new Date(0), undefined] })],
      later: await later(4),
    });
  },
};
