import type { CallingHours } from '../../../contract/task.ts'

export type CallBackTime = { word: 'hour' | 'afternoon' | 'today' | 'tomorrow' | 'day'; time: Date }

const hourMs = 3_600_000
const afternoon = 16

export const isAllowed = (hours: CallingHours, at: Date): boolean =>
  hours.some(({ from, to }) => new Date(from) <= at && at < new Date(to))

/** Usual times for another call, of which only those in the calling hours: in an hour, in the afternoon, when the next days begin. */
export function callBackTimes(hours: CallingHours, now = new Date()): CallBackTime[] {
  const inAnHour = new Date(now.getTime() + hourMs)
  const today = new Date(now)
  today.setHours(afternoon, 0, 0, 0)
  const soon: CallBackTime[] = [{ word: 'hour', time: inAnHour }]
  if (today > inAnHour) soon.push({ word: 'afternoon', time: today })
  const begins = hours
    .map(({ from }) => new Date(from))
    .filter((from) => from > now)
    .map((time): CallBackTime => {
      const days = Math.round(
        (new Date(time).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / (24 * hourMs),
      )
      return { word: days === 0 ? 'today' : days === 1 ? 'tomorrow' : 'day', time }
    })
  return [...soon.filter(({ time }) => isAllowed(hours, time)), ...begins.slice(0, 2)]
}

/** What people mostly agree on: when the next day of calls begins. */
export const usualCallBack = (hours: CallingHours, now = new Date()): Date | undefined =>
  callBackTimes(hours, now).find(({ word }) => word === 'tomorrow' || word === 'day')?.time
