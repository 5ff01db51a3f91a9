/** What the engine's bodies, responses and texts in base64 leave out. */

for (const { prototype } of /** @type {any[]} */ ([Request, Response, Blob])) {
  prototype.bytes ??= /** @this {Body} */ async function () {
    return new Uint8Array(await this.arrayBuffer());
  };
}

Response.error ??= () => {
  const response = new Response(null);
  for (const [name, value] of Object.entries({ type: "error", status: 0, ok: false })) Object.defineProperty(response, name, { value });
  return response;
};

for (const name of /** @type {const} */ (["atob", "btoa"])) {
  const engines = globalThis[name];
  globalThis[name] = (text) => {
    try {
      return engines(text);
    } catch (error) {
      throw new DOMException(/** @type {Error} */ (error).message, "InvalidCharacterError");
    }
  };
}

export {};
