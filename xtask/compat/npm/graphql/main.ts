// A GraphQL service by graphql-js: queries, mutations, variables, fragments, lists,
// interfaces, subscriptions, errors, introspection.
import { buildSchema, execute, getIntrospectionQuery, graphql, GraphQLEnumType, GraphQLError, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLScalarType, GraphQLSchema, GraphQLString, GraphQLInt, GraphQLInterfaceType, Kind, lexicographicSortSchema, parse, print, printSchema, specifiedRules, subscribe, validate, visit } from "graphql";

const DateType = new GraphQLScalarType<Date, string>({
  name: "Date",
  serialize: (value) => (value as Date).toISOString().slice(0, 10),
  parseValue: (value) => {
    if (typeof value !== "string" || Number.isNaN(Date.parse(value))) throw new GraphQLError(`no date: ${value}`, { extensions: { code: "BAD_DATE" } });
    return new Date(value);
  },
  parseLiteral: (node) => new Date(node.kind === Kind.STRING ? node.value : NaN),
});
const Genre = new GraphQLEnumType({ name: "Genre", values: { FICTION: { value: 0 }, SCIENCE: { value: 1, deprecationReason: "too broad" } } });
const Item = new GraphQLInterfaceType({ name: "Item", fields: { id: { type: new GraphQLNonNull(GraphQLInt) } }, resolveType: (value) => ("title" in value ? "Book" : "Author") });

interface Author { id: number; name: string }
interface Book { id: number; title: string; genre: number; author: number; published: Date }
const authors: Author[] = [{ id: 1, name: "Ada" }, { id: 2, name: "Grace" }];
const books: Book[] = [{ id: 10, title: "Engines", genre: 1, author: 1, published: new Date(Date.UTC(1843, 8, 1)) }, { id: 11, title: "Compilers", genre: 0, author: 2, published: new Date(Date.UTC(1952, 0, 1)) }];

const AuthorType: GraphQLObjectType<Author> = new GraphQLObjectType<Author>({ name: "Author", interfaces: [Item], fields: () => ({ id: { type: new GraphQLNonNull(GraphQLInt) }, name: { type: GraphQLString }, books: { type: new GraphQLList(BookType), resolve: async ({ id }) => books.filter(({ author }) => author === id) } }) });
const BookType: GraphQLObjectType<Book> = new GraphQLObjectType<Book>({ name: "Book", interfaces: [Item], fields: () => ({ id: { type: new GraphQLNonNull(GraphQLInt) }, title: { type: GraphQLString }, genre: { type: Genre }, published: { type: DateType }, author: { type: new GraphQLNonNull(AuthorType), resolve: async ({ author }) => authors.find(({ id }) => id === author) }, broken: { type: GraphQLString, resolve: () => { throw new GraphQLError("on purpose", { extensions: { code: "BROKEN" } }); } } }) });

const schema = new GraphQLSchema({
  types: [AuthorType, BookType],
  query: new GraphQLObjectType({ name: "Query", fields: {
    book: { type: BookType, args: { id: { type: new GraphQLNonNull(GraphQLInt) } }, resolve: (_, { id }) => books.find((book) => book.id === id) },
    books: { type: new GraphQLList(BookType), args: { genre: { type: Genre }, since: { type: DateType } }, resolve: (_, { genre, since }) => books.filter((book) => (genre === undefined || book.genre === genre) && (!since || book.published >= since)) },
    items: { type: new GraphQLList(Item), resolve: () => [...authors, ...books] },
  } }),
  mutation: new GraphQLObjectType({ name: "Mutation", fields: { rename: { type: BookType, args: { id: { type: GraphQLInt }, title: { type: GraphQLString, defaultValue: "Untitled" } }, resolve: (_, { id, title }) => ({ ...books.find((book) => book.id === id), title }) } } }),
  subscription: new GraphQLObjectType({ name: "Subscription", fields: { ticks: { type: GraphQLInt, args: { to: { type: GraphQLInt } }, subscribe: async function* (_, { to }) { for (let n = 1; n <= to; n++) yield { ticks: n }; } } } }),
});

const requests: [string, Record<string, unknown>?][] = [
  ["{ books { id title genre published author { name books { title } } } }"],
  ["query Book($id: Int!) { book(id: $id) { ...Fields } } fragment Fields on Book { title author { name } }", { id: 11 }],
  ["query Books($since: Date, $genre: Genre, $skip: Boolean!) { books(since: $since, genre: $genre) { title @skip(if: $skip) id } }", { since: "1900-01-01", skip: true }],
  ["query Books($since: Date) { books(since: $since) { title } }", { since: "yesterday" }],
  ["{ items { __typename id ... on Book { title } ... on Author { name } } }"],
  ["mutation { one: rename(id: 10) { title } two: rename(id: 11, title: \"New\") { title } }"],
  ["{ book(id: 10) { title broken } }"], ["{ book(id: \"x\") { titel } nothing }"], ["{ book(id: 10) { title }"], ["{ book(id: 99) { title } }"],
];

export default {
  async fetch() {
    const answers = await Promise.all(requests.map(([source, variableValues]) => graphql({ schema, source, variableValues })));
    const ticks = [];
    const subscription = await subscribe({ schema, document: parse("subscription { ticks(to: 3) }") });
    if (Symbol.asyncIterator in subscription) for await (const { data } of subscription) ticks.push(data);
    const introspection = await graphql({ schema, source: getIntrospectionQuery() });
    const built = buildSchema('type Query { hello(name: String = "you"): String! } union U = A | B type A { a: Int } type B { b: [Int!]! }');
    const fields: string[] = [];
    visit(parse(requests[0][0]), { Field: ({ name }) => void fields.push(name.value) });
    return Response.json({
      answers, ticks, fields, types: (introspection.data as { __schema: { types: { name: string; kind: string }[] } }).__schema.types.map(({ name, kind }) => `${kind} ${name}`),
      printed: printSchema(lexicographicSortSchema(schema)), built: [printSchema(built), await execute({ schema: built, document: parse("{ hello }"), rootValue: { hello: ({ name }: { name: string }) => `hello ${name}` } })],
      validated: validate(schema, parse("query A { books { id } } query A { books(x: 1) { ...Missing } }"), specifiedRules).map(({ message, locations }) => ({ message, locations })), formatted: print(parse("query  Q($a:Int=1){book(id:$a){title,id}}")),
    });
  },
};
