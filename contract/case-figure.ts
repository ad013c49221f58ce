import { z } from 'zod'
import { caseAge, caseKind } from './case.ts'
import { calendarDate, id, route } from './route.ts'

const count = z.number().int()

export const getCaseFigures = route({
  method: 'get',
  path: '/case-figures',
  permission: 'case.read',
  summary:
    'Cases that came in within a period: open ones by age, answered in time, by category, department and month, satisfaction. In time: answered before the clock ran out, of those answered or past their time',
  query: z.object({
    from: calendarDate,
    to: calendarDate,
    siteId: id.optional(),
    departmentId: id.optional(),
    kind: caseKind.optional(),
  }),
  response: z.object({
    cases: count,
    open: count,
    ages: z.array(z.object({ age: caseAge, count })),
    judged: count,
    inTime: count,
    rated: count,
    /** Four or five of five. */
    satisfied: count,
    categories: z.array(z.object({ id, name: z.string(), count })),
    departments: z.array(z.object({ id, name: z.string(), count, judged: count, inTime: count })),
    months: z.array(z.object({ month: z.string(), count, judged: count, inTime: count })),
  }),
})
