// Days and times, always by the community's clock, as in its sentences, wherever the browser believes to be.

import { tag, word } from "./words.js";

const ZONE = "Asia/Shanghai";
const AHEAD = 8 * 3_600_000; // of UTC; there is no summer time
const DAY = 86_400_000;

/** The day of an instant (ISO text, Date or milliseconds) as 2026-11-24. */
export function dayOf(instant) {
  return new Date(new Date(instant).getTime() + AHEAD).toISOString().slice(0, 10);
}

/** 17:30 */
export function timeOf(instant, language) {
  const digits = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: ZONE };
  return new Date(instant).toLocaleTimeString(tag(language), digits);
}

/** "Today", or the date with its weekday; the year only when it is another. */
export function dayName(day, language) {
  const today = dayOf(Date.now());
  if (day === today) return word("today");
  if (day === dayOf(Date.now() - DAY)) return word("yesterday");
  const year = day.slice(0, 4) === today.slice(0, 4) ? undefined : "numeric";
  const named = { year, month: "long", day: "numeric", weekday: "long", timeZone: "UTC" };
  return new Date(`${day}T12:00:00Z`).toLocaleDateString(tag(language), named);
}
