// Dates by Luxon: zones, formats, parsing, durations, intervals.
import "./intl.js";
import { DateTime, Duration, FixedOffsetZone, IANAZone, Info, Interval, Settings } from "luxon";

Settings.defaultZone = "utc";
Settings.defaultLocale = "en-US";

const date = DateTime.fromObject({ year: 2026, month: 2, day: 28, hour: 13, minute: 45, second: 6, millisecond: 789 });

export default {
  fetch() {
    const berlin = DateTime.fromISO("2026-03-29T00:30:00", { zone: "Europe/Berlin" });
    return Response.json({
      iso: [date.toISO(), date.toISODate(), date.toISOWeekDate(), date.toRFC2822(), date.toHTTP(), date.toSQL(), date.toMillis()],
      formats: ["yyyy-LL-dd HH:mm:ss.SSS ZZ", "cccc, d MMMM yyyy 'at' h:mm a", "EEE dd MMM yy", "o 'of' kkkk 'W'WW q"].map((format) => date.toFormat(format)),
      localized: [date.toLocaleString(DateTime.DATE_FULL), date.toLocaleString(DateTime.DATETIME_MED), date.toLocaleString(DateTime.TIME_WITH_SECONDS), date.toLocaleString({ weekday: "long", hour: "2-digit" })],
      zones: ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC+3"].map((zone) => date.setZone(zone).toISO()),
      names: [date.setZone("America/New_York").offsetNameShort, berlin.zoneName, berlin.isInDST, berlin.offset],
      summer: [berlin.plus({ hours: 2 }).toISO(), berlin.plus({ days: 1 }).toISO(), berlin.endOf("day").toISO(), berlin.plus({ days: 1 }).isInDST],
      parsed: [DateTime.fromISO("2026-W09-6T10"), DateTime.fromRFC2822("Sat, 28 Feb 2026 13:45:06 +0200"), DateTime.fromSQL("2026-02-28 13:45:06.5"), DateTime.fromFormat("28 February 2026 1 PM", "d MMMM yyyy h a"), DateTime.fromFormat("Feb 30 2026", "LLL d yyyy")].map((parsed) => parsed.toISO() ?? parsed.invalidExplanation),
      durations: [Duration.fromISO("P1Y2M3DT4H5M6S").toObject(), Duration.fromMillis(123456789).shiftTo("days", "hours", "minutes").toObject(), Duration.fromObject({ minutes: 90 }).toFormat("hh:mm"), Duration.fromObject({ hours: 1, minutes: 30 }).toHuman(), Duration.fromObject({ seconds: 5400 }).rescale().toISO()],
      difference: date.diff(DateTime.fromISO("2024-02-29"), ["years", "months", "days", "hours"]).toObject(),
      bounds: [date.startOf("week").toISO(), date.endOf("quarter").toISO(), date.set({ ordinal: 1 }).toISO()],
      interval: [Interval.fromISO("2026-01-01/P1M").splitBy({ weeks: 1 }).map(String), Interval.after(date, { hours: 3 }).contains(date.plus({ hours: 2 })), Interval.merge([Interval.fromISO("2026-01-01/2026-01-10"), Interval.fromISO("2026-01-05/2026-01-20")]).map(String)],
      info: [Info.months("short"), Info.weekdays("long"), Info.meridiems(), Info.hasDST("Europe/Berlin"), IANAZone.isValidZone("Mars/Base")],
      relative: [date.minus({ days: 3 }).toRelative({ base: date }), date.plus({ months: 2 }).toRelative({ base: date }), date.plus({ days: 1 }).toRelativeCalendar({ base: date })],
      german: date.setLocale("de").toLocaleString(DateTime.DATE_FULL),
      fixed: date.setZone(FixedOffsetZone.instance(-90)).toISO(),
      invalid: [DateTime.fromObject({ month: 13 }).invalidReason, DateTime.local(2026, 1, 1, { zone: "Mars/Base" }).invalidReason],
    });
  },
};
