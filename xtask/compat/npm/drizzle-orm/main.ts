// Drizzle over pg: a schema, queries, joins, relations, transactions.
import { and, avg, count, desc, eq, gt, ilike, inArray, relations, sql } from "drizzle-orm";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { integer, jsonb, numeric, pgEnum, pgTable, primaryKey, serial, text, timestamp, varchar } from "drizzle-orm/pg-core";
import pg from "pg";

const role = pgEnum("role", ["admin", "reader"]);
const users = pgTable("users", { id: serial().primaryKey(), name: varchar({ length: 40 }).notNull().unique(), role: role().notNull().default("reader"), settings: jsonb().$type<{ dark: boolean }>(), joined: timestamp({ withTimezone: true, mode: "date" }).notNull() });
const posts = pgTable("posts", { id: serial().primaryKey(), title: text().notNull(), author: integer().notNull().references(() => users.id), price: numeric({ precision: 8, scale: 2 }) });
const likes = pgTable("likes", { user: integer().notNull().references(() => users.id), post: integer().notNull().references(() => posts.id) }, (table) => [primaryKey({ columns: [table.user, table.post] })]);
const usersRelations = relations(users, ({ many }) => ({ posts: many(posts), likes: many(likes) }));
const postsRelations = relations(posts, ({ one, many }) => ({ author: one(users, { fields: [posts.author], references: [users.id] }), likes: many(likes) }));
const likesRelations = relations(likes, ({ one }) => ({ user: one(users, { fields: [likes.user], references: [users.id] }), post: one(posts, { fields: [likes.post], references: [posts.id] }) }));
const schema = { users, posts, likes, usersRelations, postsRelations, likesRelations };

type Database = NodePgDatabase<typeof schema>;

async function fill(db: Database) {
  await db.execute(sql`CREATE TYPE role AS ENUM ('admin', 'reader')`);
  await db.execute(sql`CREATE TABLE users (id serial PRIMARY KEY, name varchar(40) UNIQUE NOT NULL, role role NOT NULL DEFAULT 'reader', settings jsonb, joined timestamptz NOT NULL)`);
  await db.execute(sql`CREATE TABLE posts (id serial PRIMARY KEY, title text NOT NULL, author int NOT NULL REFERENCES users, price numeric(8,2))`);
  await db.execute(sql`CREATE TABLE likes ("user" int REFERENCES users, post int REFERENCES posts, PRIMARY KEY ("user", post))`);
  const joined = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));
  const inserted = await db.insert(users).values([{ name: "Ada", role: "admin", settings: { dark: true }, joined }, { name: "Grace", joined }]).returning();
  await db.insert(posts).values([{ title: "Engines", author: 1, price: "9.50" }, { title: "Notes", author: 1 }, { title: "Compilers", author: 2, price: "20" }]);
  await db.insert(likes).values([{ user: 1, post: 3 }, { user: 2, post: 1 }, { user: 2, post: 2 }]);
  return inserted;
}

async function queries(db: Database) {
  const perAuthor = db.$with("per_author").as(db.select({ author: posts.author, n: count().as("n") }).from(posts).groupBy(posts.author));
  return {
    where: await db.select().from(posts).where(and(gt(posts.id, 0), ilike(posts.title, "%e%"), inArray(posts.author, [1, 2]))).orderBy(desc(posts.id)).limit(2),
    joined: await db.select({ title: posts.title, name: users.name, upper: sql<string>`upper(${users.name})` }).from(posts).leftJoin(users, eq(users.id, posts.author)).orderBy(posts.id),
    grouped: await db.select({ author: posts.author, price: avg(posts.price), n: count() }).from(posts).groupBy(posts.author).orderBy(posts.author),
    with: await db.with(perAuthor).select({ name: users.name, n: perAuthor.n }).from(users).innerJoin(perAuthor, eq(perAuthor.author, users.id)).orderBy(users.id),
    relational: await db.query.users.findMany({ columns: { name: true }, with: { posts: { orderBy: [desc(posts.id)], with: { likes: { columns: { user: true } } } } }, orderBy: [users.id] }),
    first: await db.query.posts.findFirst({ where: eq(posts.title, "Notes"), with: { author: true } }),
    upserted: await db.insert(users).values({ name: "Ada", joined: new Date(0) }).onConflictDoUpdate({ target: users.name, set: { role: "reader" } }).returning({ id: users.id, role: users.role }),
    updated: await db.update(posts).set({ price: sql`coalesce(${posts.price}, 0) + 1` }).returning({ id: posts.id, price: posts.price }),
    deleted: await db.delete(likes).where(eq(likes.user, 2)).returning(),
    prepared: await db.select().from(users).where(eq(users.id, sql.placeholder("id"))).prepare("by_id").execute({ id: 2 }),
    text: db.select().from(posts).where(eq(posts.title, "x")).toSQL(),
  };
}

async function transactions(db: Database) {
  const undone = await db.transaction(async (tx) => {
    await tx.update(users).set({ name: "Nobody" }).where(eq(users.id, 1));
    await tx.transaction(async (inner) => void (await inner.delete(likes)));
    tx.rollback();
  }).catch((error) => error.message);
  const refused = await db.transaction((tx) => tx.insert(users).values({ name: "Grace", joined: new Date(0) })).catch(({ message, cause }) => ({ message, code: cause?.code, constraint: cause?.constraint }));
  return { undone, refused, after: await db.$count(users, eq(users.name, "Ada")) };
}

export default {
  async fetch() {
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
    const db = drizzle(pool, { schema });
    const answer = { filled: await fill(db), queries: await queries(db), transactions: await transactions(db) };
    await pool.end();
    return Response.json(answer);
  },
};
