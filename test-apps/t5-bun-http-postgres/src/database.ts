import { createPool } from "@warpgrid/bun-sdk/postgres";

export const pool = createPool({ url: process.env.DATABASE_URL, max: 4, bigint: "number" });
