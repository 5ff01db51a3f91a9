// What programs use of Lodash: collections, objects, strings, functions, templates,
// chains.
import _ from "lodash";
import camelCase from "lodash/camelCase.js";
import fp from "lodash/fp.js";

const people = [
  { name: "Ada", age: 36, city: { name: "London" }, langs: ["en", "fr"] },
  { name: "Grace", age: 85, city: { name: "New York" }, langs: ["en"] },
  { name: "Konrad", age: 85, city: { name: "Berlin" }, langs: ["de", "en"] },
];

async function functions() {
  const calls = [];
  const debounced = _.debounce((value) => calls.push(`debounced ${value}`), 10);
  const throttled = _.throttle((value) => calls.push(`throttled ${value}`), 10, { trailing: false });
  for (let i = 0; i < 3; i++) {
    debounced(i);
    throttled(i);
  }
  await new Promise((resolve) => _.delay(resolve, 60));
  const slow = _.memoize((n) => calls.push(`computed ${n}`));
  slow(1), slow(1), slow(2);
  return [calls, _.curry((a, b, c) => a + b * c)(1)(_, 3)(2), _.partialRight(_.join, "-")(["a", "b"]), _.flow([_.trim, _.upperFirst])("  x"), _.once(() => ({}))() !== null];
}

export default {
  async fetch() {
    const object = { a: [{ b: { c: 3 } }], d: new Date(0), e: /x/gi, f: new Map([["k", 1]]), g: new Set([1]), h: Symbol.for("h") };
    const cloned = _.cloneDeep(object);
    const template = _.template("<% _.forEach(people, (p) => { %><li><%- p.name %> & <%= p.age %></li><% }) %> ${ title }");
    return Response.json({
      groups: [_.groupBy(people, "age"), _.keyBy(people, "city.name"), _.countBy(people, ({ langs }) => langs.length), _.partition(people, { age: 85 })],
      sorted: [_.orderBy(people, ["age", "name"], ["desc", "asc"]).map(_.property("name")), _.sortBy(people, "city.name").map("name" in people ? String : ({ name }) => name), _.sortedIndex([10, 20, 30], 25)],
      sets: [_.union([1], [2, 1]), _.intersectionBy([1.2, 2.4], [2.1], Math.floor), _.differenceWith([{ a: 1 }], [{ a: 1 }], _.isEqual), _.xor([1, 2], [2, 3]), _.uniqBy(people, "age").length, _.zipObjectDeep(["a.b[0]", "a.c"], [1, 2])],
      arrays: [_.chunk(_.range(7), 3), _.flattenDeep([1, [2, [3, [4]]]]), _.takeRightWhile([1, 2, 3], (n) => n > 1), _.pullAt(["a", "b", "c"], [0, 2]), _.sumBy(people, "age"), _.maxBy(people, "age").name, _.invokeMap([[2, 1], [3, 1]], "sort")],
      objects: [_.get(object, "a[0].b.c"), _.set({}, "x.y[1].z", 1), _.merge({ a: [{ b: 1 }] }, { a: [{ c: 2 }, 3] }), _.pick(people[0], ["name", "city.name"]), _.omitBy(people[0], _.isNumber), _.mapKeys({ a: 1 }, (_value, key) => key + 1), _.invert({ a: "x" }), _.defaultsDeep({ a: { b: 1 } }, { a: { b: 2, c: 3 } }), _.at(object, ["a[0].b.c", "none"]), _.transform([2, 3], (all, n) => all.push(n * n), [])],
      equal: [_.isEqual(object, cloned), cloned.a[0] === object.a[0], _.isEqual(new Float32Array([1]), new Float32Array([1])), _.isMatch(people[0], { city: { name: "London" } }), _.isPlainObject(Object.create(null)), _.isEmpty(new Map())],
      strings: [camelCase("--foo-bar--"), _.kebabCase("fooBar baz"), _.startCase("déjà vu"), _.deburr("Ærøskøbing"), _.truncate("a long sentence of words", { length: 14, separator: " " }), _.padStart("7", 3, "0"), _.words("fred, barney & 2pebbles"), _.escape("<a & 'b'>"), _.unescape("&lt;&#39;"), _.template("hello <%= user %>")({ user: "you" }), _.split("👩‍🚀x", "")],
      template: template({ people, title: "end" }),
      numbers: [_.clamp(15, 0, 10), _.round(4.0565, 2), _.inRange(3, 2, 4), _.mean([1, 2, 3, 4]), _.random(5, 5), _.toFinite("3.2"), _.times(3, _.constant("x"))],
      chain: _(people).filter(({ age }) => age > 40).map("langs").flatten().uniq().sort().join("|"),
      fp: fp.compose(fp.map(fp.toUpper), fp.filter((text) => text.length > 1), fp.split(","))("a,bb,cc"),
      functions: await functions(),
    });
  },
};
