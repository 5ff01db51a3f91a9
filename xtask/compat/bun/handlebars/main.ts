// Pages by Handlebars: helpers, blocks, partials, layouts, escaping, precompiled
// templates and errors.
import Handlebars from "handlebars";

const page = Handlebars.create();
page.registerHelper("upper", (text: string) => text.toUpperCase());
page.registerHelper("link", (text: string, options: Handlebars.HelperOptions) => new page.SafeString(`<a href="${page.escapeExpression(options.hash.to)}">${page.escapeExpression(text)}</a>`));
page.registerHelper("repeat", function (this: any, times: number, options: Handlebars.HelperOptions) {
  return Array.from({ length: times }, (_, index) => options.fn(this, { data: { ...options.data, index } })).join("");
});
page.registerHelper("when", function (this: any, a: unknown, b: unknown, options: Handlebars.HelperOptions) {
  return a === b ? options.fn(this) : options.inverse(this);
});
page.registerPartial("user", "<li>{{@index}} {{name}}{{#if admin}} (admin){{/if}}</li>\n");
page.registerPartial("layout", "<html>{{> title}}|{{> @partial-block}}</html>");

const people = [{ name: "Ada & co", admin: true, langs: { en: 1, fr: 2 } }, { name: "<Grace>", langs: {} }, { name: "Jürgen" }];

const TEMPLATES: Record<string, string> = {
  plain: "Hello {{name}}, {{{name}}}, {{nothing}}{{deep.er.still}}",
  each: "{{#each people}}{{> user}}{{else}}nobody{{/each}}{{#each none}}x{{else}}nobody{{/each}}",
  nested: "{{#each people}}{{#with this}}{{../greeting}} {{name}} {{#each langs}}{{@key}}={{this}}{{#unless @last}},{{/unless}}{{/each}}\n{{/with}}{{/each}}",
  helpers: "{{upper name}} {{link name to='/?a=1&b=\"2\"'}} {{#repeat 3}}{{@index}}{{/repeat}} {{#when greeting 'Hello'}}same{{else}}other{{/when}}",
  sub: "{{upper (lookup people.[0] 'name')}} {{people.1.name}} {{[odd key]}}",
  layout: "{{#> layout}}{{#*inline \"title\"}}{{name}}{{/inline}}body of {{name}}{{/layout}}",
  whitespace: "  {{~#if name~}}  tight  {{~/if~}}  end {{! a comment }}{{!-- another }} --}}\\{{raw}}",
  params: "{{#each people as |person index|}}{{index}}:{{person.name}} {{/each}}",
};

export default {
  async fetch() {
    const context = { name: "Ada <b>", greeting: "Hello", people, none: [], "odd key": 7 };
    const rendered = Object.fromEntries(Object.entries(TEMPLATES).map(([name, text]) => [name, page.compile(text)(context)]));
    // What a build writes to a file, and a server reads.
    const source = page.precompile("{{name}} has {{people.length}}{{#if none}}!{{/if}}") as string;
    const precompiled = page.template(new Function(`return ${source}`)())(context);
    const strict = page.compile("{{missing}}", { strict: true });
    return Response.json({
      rendered,
      precompiled,
      strict: caught(() => strict({})),
      parsed: Handlebars.parse("a {{b c d=1}}").body.map(({ type }) => type),
      broken: caught(() => page.compile("{{#if a}}\n{{/each}}")(context)),
      unknown: caught(() => page.compile("{{> nowhere}}")(context)),
      helper: caught(() => page.compile("{{no such}}")(context)),
      prototype: page.compile("{{constructor.name}}{{toString}}")(context),
      unescaped: page.compile("{{name}}", { noEscape: true })(context),
      utilities: [Handlebars.Utils.isEmpty([]), Handlebars.escapeExpression("'`=\""), new Handlebars.SafeString("x").toHTML()],
    });
  },
};

function caught(work: () => unknown) {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
}
