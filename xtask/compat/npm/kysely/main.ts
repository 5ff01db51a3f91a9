// Kysely over pg: tables, migrations, queries, transactions.
import { type Generated, Kysely, type Migration, Migrator, PostgresDialect, sql } from "kysely";
import { jsonArrayFrom } from "kysely/helpers/postgres";
import pg from "pg";

interface Database {
  person: { id: Generated<number>; name: string; born: Date | null; tags: string[]; facts: { height: number } | null };
  pet: { id: Generated<number>; owner: number; name: string; species: "cat" | "dog" };
}

const migrations: Record<string, Migration> = {
  "1_person": {
    up: (db) => db.schema.createTable("person").addColumn("id", "serial", (column) => column.primaryKey()).addColumn("name", "varchar(40)", (column) => column.notNull().unique()).addColumn("born", "timestamptz").addColumn("tags", sql`text[]`, (column) => column.notNull().defaultTo(sql`'{}'`)).addColumn("facts", "jsonb").execute(),
    down: (db) => db.schema.dropTable("person").execute(),
  },
  "2_pet": {
    up: async (db) => {
      await db.schema.createTable("pet").addColumn("id", "serial", (column) => column.primaryKey()).addColumn("owner", "integer", (column) => column.references("person.id").onDelete("cascade").notNull()).addColumn("name", "text", (column) => column.notNull()).addColumn("species", "text", (column) => column.notNull().check(sql`species in ('cat', 'dog')`)).execute();
      await db.schema.createIndex("pet_owner").on("pet").column("owner").execute();
    },
    down: (db) => db.schema.dropTable("pet").execute(),
  },
};

async function queries(db: Kysely<Database>) {
  const people = await db.insertInto("person").values([{ name: "Ada", born: new Date(Date.UTC(1815, 11, 10)), tags: ["math"], facts: JSON.stringify({ height: 1.65 }) as never }, { name: "Grace", born: null, tags: [], facts: null }]).returningAll().execute();
  await db.insertInto("pet").values([{ owner: 1, name: "Puff", species: "cat" }, { owner: 1, name: "Rex", species: "dog" }, { owner: 2, name: "Tom", species: "cat" }]).executeTakeFirst();
  return {
    people,
    joined: await db.selectFrom("person as p").innerJoin("pet", "pet.owner", "p.id").select(["p.name as owner", "pet.name", (eb) => eb.fn("upper", ["species"]).as("kind")]).where((eb) => eb.or([eb("species", "=", "dog"), eb("p.name", "in", ["Grace"])])).orderBy("pet.id").execute(),
    grouped: await db.selectFrom("pet").select(["species", (eb) => eb.fn.countAll<string>().as("n")]).groupBy("species").having((eb) => eb.fn.countAll(), ">", 0).orderBy("species").execute(),
    nested: await db.selectFrom("person").select((eb) => ["name", jsonArrayFrom(eb.selectFrom("pet").select(["pet.name", "pet.species"]).whereRef("pet.owner", "=", "person.id").orderBy("pet.name")).as("pets")]).orderBy("id").execute(),
    with: await db.with("cats", (q) => q.selectFrom("pet").selectAll().where("species", "=", "cat")).selectFrom("cats").select(({ fn }) => fn.count<string>("id").as("n")).executeTakeFirstOrThrow(),
    cased: await db.selectFrom("person").select(["name", (eb) => eb.case().when("born", "is", null).then("unknown").else("known").end().as("birth")]).orderBy("name", "desc").execute(),
    updated: await db.updateTable("person").set((eb) => ({ tags: sql<string[]>`array_append(${eb.ref("tags")}, ${"new"})` })).where("id", "=", 2).returning(["id", "tags"]).execute(),
    conflict: await db.insertInto("person").values({ name: "Ada", born: null, tags: [], facts: null }).onConflict((oc) => oc.column("name").doUpdateSet({ tags: ["again"] })).returning("tags").executeTakeFirst(),
    counts: [String((await db.deleteFrom("pet").where("name", "=", "Rex").executeTakeFirst()).numDeletedRows), String((await db.updateTable("pet").set({ name: "x" }).executeTakeFirst()).numUpdatedRows)],
    raw: (await sql<{ n: number }>`SELECT ${5}::int + ${sql.lit(3)} AS n FROM ${sql.table("person")} LIMIT 1`.execute(db)).rows,
    text: db.selectFrom("pet").selectAll().where("name", "like", "P%").limit(3).compile(),
    none: await db.selectFrom("pet").selectAll().where("id", "=", 99).executeTakeFirstOrThrow().catch((error) => error.message),
  };
}

async function transactions(db: Kysely<Database>) {
  const undone = await db.transaction().setIsolationLevel("serializable").execute(async (tx) => {
    await tx.deleteFrom("pet").execute();
    await tx.insertInto("person").values({ name: "Ada", born: null, tags: [], facts: null }).execute();
  }).catch(({ code, detail }) => ({ code, detail }));
  const tx = await db.startTransaction().execute();
  await tx.updateTable("person").set({ name: "Ada L." }).where("id", "=", 1).execute();
  await tx.commit().execute();
  return { undone, pets: (await db.selectFrom("pet").select("id").execute()).length, names: await db.selectFrom("person").select("name").orderBy("id").execute() };
}

export default {
  async fetch() {
    const statements: string[] = [];
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 3 }) }), log: ({ level, query }) => statements.push(`${level}: ${query.sql}`) });
    const { error, results } = await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
    const answer = { error, results, queries: await queries(db), transactions: await transactions(db), tables: (await db.introspection.getTables()).map(({ name, columns }) => [name, columns.map(({ name, dataType, isNullable }) => [name, dataType, isNullable])]) };
    await db.destroy();
    return Response.json({ ...answer, statements: statements.filter((text) => !text.includes("kysely_")) });
  },
};
