/* Nothing about wasm32-wasip2 differs from what PostgreSQL takes for granted. */
