// Dates by Day.js and its plugins.
import dayjs from "dayjs";
import "dayjs/locale/de.js";
import "dayjs/locale/ja.js";
import advancedFormat from "dayjs/plugin/advancedFormat.js";
import calendar from "dayjs/plugin/calendar.js";
import customParseFormat from "dayjs/plugin/customParseFormat.js";
import duration from "dayjs/plugin/duration.js";
import isBetween from "dayjs/plugin/isBetween.js";
import isoWeek from "dayjs/plugin/isoWeek.js";
import localizedFormat from "dayjs/plugin/localizedFormat.js";
import minMax from "dayjs/plugin/minMax.js";
import quarterOfYear from "dayjs/plugin/quarterOfYear.js";
import relativeTime from "dayjs/plugin/relativeTime.js";
import utc from "dayjs/plugin/utc.js";

for (const plugin of [advancedFormat, calendar, customParseFormat, duration, isBetween, isoWeek, localizedFormat, minMax, quarterOfYear, relativeTime, utc]) dayjs.extend(plugin);

export default {
  fetch() {
    const date = dayjs.utc("2026-02-28T13:45:06.789Z");
    return Response.json({
      formats: ["YYYY-MM-DDTHH:mm:ss.SSSZ", "dddd, Do MMMM YYYY", "LLLL", "[week] W [quarter] Q x X", "ddd MMM D YY h:mm A", "GGGG-[W]WW"].map((format) => date.format(format)),
      locales: ["de", "ja"].map((locale) => [date.locale(locale).format("dddd, D. MMMM YYYY LT"), date.subtract(3, "day").locale(locale).from(date)]),
      sums: [date.add(1, "month"), date.subtract(2, "quarter"), date.startOf("week"), date.endOf("isoWeek"), date.set("month", 0).date(31), date.add(dayjs.duration({ days: 1, hours: 2 }))].map((sum) => sum.toISOString()),
      parsed: [dayjs.utc("28/02/2026 07:05", "DD/MM/YYYY HH:mm"), dayjs.utc("5 März 2026", "D MMMM YYYY", "de"), dayjs("2026-02-30", "YYYY-MM-DD", true)].map((parsed) => (parsed.isValid() ? parsed.toISOString() : "invalid")),
      offset: [date.utcOffset(120).format(), date.utcOffset("-05:30").format(), dayjs("2026-07-01T00:00:00+09:00").utc().format()],
      differences: [date.diff("2024-02-29", "day"), date.diff("2024-02-29", "month", true).toFixed(6), date.diff(dayjs.utc("2026-01-01"), "hour")],
      durations: [dayjs.duration(123456789).format("D [d] HH:mm:ss"), dayjs.duration("P1Y2M3DT4H5M6S").toISOString(), dayjs.duration(-90, "minutes").humanize(true), dayjs.duration({ weeks: 2 }).asHours()],
      relative: [date.from(dayjs.utc("2025-02-28")), date.to(date.add(40, "second")), date.calendar(dayjs.utc("2026-03-01"))],
      facts: [date.isBetween("2026-02-01", "2026-03-01"), date.isoWeek(), date.quarter(), date.daysInMonth(), date.isSame("2026-02-01", "month"), date.unix()],
      extremes: [dayjs.max(date, date.add(1, "day"))?.toISOString(), dayjs.min([date, dayjs.utc(0)])?.toISOString()],
      object: [(date as unknown as { toArray?(): number[] }).toArray?.() ?? "no plugin", date.toJSON(), `${date}`],
    });
  },
};
