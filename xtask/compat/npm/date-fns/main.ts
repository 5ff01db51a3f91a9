// Dates by date-fns: arithmetic, formats, parsing, intervals, words in several
// languages.
import * as d from "date-fns";
import { de, fr, ja } from "date-fns/locale";

const date = new Date(Date.UTC(2026, 1, 28, 13, 45, 6, 789));
const early = new Date(Date.UTC(2024, 1, 29, 0, 0, 0));

export default {
  fetch() {
    return Response.json({
      formats: ["yyyy-MM-dd'T'HH:mm:ss.SSSxxx", "EEEE, do MMMM y", "PPPPpppp", "QQQ Qo w I R", "h:mm aaaa", "D", "t T", "'o''clock' BBBB"].map((format) => d.format(date, format, { useAdditionalDayOfYearTokens: true })),
      locales: [de, fr, ja].map((locale) => [d.format(date, "PPPPp", { locale }), d.formatDistance(early, date, { locale, addSuffix: true }), d.formatRelative(d.subDays(date, 1), date, { locale })]),
      iso: [d.formatISO(date), d.formatISO9075(date), d.formatRFC3339(date), d.formatRFC7231(date), d.lightFormat(date, "dd/MM/yy")],
      parsed: [
        d.parseISO("2026-W09-6"), d.parseISO("2026-059T12:00:00+02:00"), d.parse("28. Februar 2026, 7 Uhr", "d. MMMM yyyy, H 'Uhr'", date, { locale: de }), d.parse("02/30/2026", "MM/dd/yyyy", date), d.parse("3:07 pm", "h:mm aaa", early),
      ].map((parsed) => (d.isValid(parsed) ? parsed.toISOString() : "invalid")),
      sums: [d.addMonths(early, 12), d.addBusinessDays(date, 10), d.subWeeks(date, 5), d.add(early, { years: 1, months: 2, days: 3, hours: 4 }), d.nextFriday(date), d.roundToNearestMinutes(date, { nearestTo: 15 })],
      bounds: [d.startOfWeek(date, { weekStartsOn: 1 }), d.endOfMonth(date), d.startOfISOWeekYear(date), d.endOfQuarter(date), d.lastDayOfDecade(date)],
      differences: [d.differenceInBusinessDays(date, early), d.differenceInCalendarMonths(date, early), d.differenceInHours(date, early), d.differenceInYears(date, early)],
      words: [d.formatDistanceStrict(early, date), d.formatDuration(d.intervalToDuration({ start: early, end: date })), d.formatDistance(date, d.addSeconds(date, 45), { includeSeconds: true })],
      intervals: [
        d.eachDayOfInterval({ start: date, end: d.addDays(date, 3) }).map((day) => d.getDate(day)),
        d.eachWeekendOfMonth(date).length,
        d.areIntervalsOverlapping({ start: early, end: date }, { start: date, end: d.addDays(date, 1) }, { inclusive: true }),
        d.getOverlappingDaysInIntervals({ start: early, end: date }, { start: d.subDays(date, 2), end: d.addDays(date, 2) }),
      ],
      facts: [d.isLeapYear(early), d.getDayOfYear(date), d.getISOWeek(date), d.getDaysInMonth(date), d.isWeekend(date), d.isSameQuarter(date, early), d.compareAsc(early, date)],
      sorted: [date, early, new Date(0)].sort(d.compareDesc).map(d.getTime),
      closest: d.closestTo(date, [early, d.addDays(date, 5), d.subDays(date, 3)]),
      invalid: (() => {
        try {
          return d.format(new Date(NaN), "yyyy");
        } catch (error) {
          return `${error}`;
        }
      })(),
    });
  },
};
