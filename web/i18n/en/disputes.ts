import type { SameWords } from '../shape.ts'
import type { disputes as chinese } from '../zh-CN/disputes.ts'

export const disputes = {
  pause: 'Stop the clock',
  pauseHint:
    'Time stops counting until somebody lets it run again; the deadline moves by the working time in between.',
  pauseReason: 'Why, such as an expert opinion that was asked for',
  paused: 'The clock is stopped',
  letRun: 'Let the clock run',
  running: 'The clock runs again',
  department: 'Department',
  title: 'Disputes',
  open: 'Register a dispute',
  close: 'Close the dispute',
  none: 'No dispute was ever registered.',
  reason: 'What it is about',
  encounter: 'Visit concerned',
  noEncounter: 'No visit in particular',
  outcome: 'Outcome',
  note: 'What was done',
  opened: 'registered by {{name}}, {{time}}',
  closed: 'closed by {{name}}, {{time}}',
  openHint:
    'All pathways of the person stop at once, automatic messages are held back, and the service centre gets a task. Only the service centre, management and heads of departments see the words.',
  closeHint:
    'Nothing goes on by itself. Pathways of the latest discharge that are still in time can be let go on here, one by one.',
  openedNow: 'Registered; the pathways have stopped',
  closedNow: 'The dispute is closed',
  offer: 'The dispute is closed. These pathways of the latest discharge can go on:',
  resume: 'Let it go on',
  enroll: 'Enrol now',
  resumed: 'It goes on',
} as const satisfies SameWords<typeof chinese>
