import { accessJobs } from './modules/access/jobs.ts'
import { appointmentJobs } from './modules/appointment/jobs.ts'
import { bookingJobs } from './modules/booking/jobs.ts'
import { portalJobs } from './modules/portal/jobs.ts'
import { callJobs } from './modules/call/jobs.ts'
import { auditJobs } from './modules/audit/jobs.ts'
import { importJobs } from './feeds/table/jobs.ts'
import { startWorkerLoops } from './loops.ts'
import { conversationJobs } from './modules/conversation/jobs.ts'
import { contactJobs } from './modules/contact/jobs.ts'
import { encounterJobs } from './modules/encounter/jobs.ts'
import { intakeJobs } from './modules/intake/jobs.ts'
import { launchJobs } from './modules/launch/jobs.ts'
import { matchJobs } from './modules/match/run.ts'
import { messageJobs } from './modules/message/jobs.ts'
import { outboundJobs } from './modules/outbound/jobs.ts'
import { questionnaireJobs } from './modules/questionnaire/jobs.ts'
import { personJobs } from './modules/person/jobs.ts'
import { calendarJobs } from './modules/pathway/calendar-entry.ts'
import { rehearsalJobs } from './modules/pathway/rehearsal-run.ts'
import { qualityJobs } from './modules/quality/jobs.ts'
import { spotCheckJobs } from './modules/spot-check/jobs.ts'
import { teamJobs } from './modules/team/jobs.ts'
import type { JobHandler } from './platform/jobs.ts'
import type { Services } from './platform/services.ts'

export type JobModule = (services: Services) => JobHandler[]

/** Every module that has jobs. Boot fails when a declared job has no handler or two. */
const modules: JobModule[] = [
  accessJobs,
  appointmentJobs,
  bookingJobs,
  portalJobs,
  callJobs,
  auditJobs,
  calendarJobs,
  contactJobs,
  conversationJobs,
  encounterJobs,
  importJobs,
  intakeJobs,
  launchJobs,
  matchJobs,
  messageJobs,
  personJobs,
  outboundJobs,
  qualityJobs,
  questionnaireJobs,
  rehearsalJobs,
  spotCheckJobs,
  teamJobs,
]

export function allHandlers(services: Services): JobHandler[] {
  return modules.flatMap((handlers) => handlers(services))
}

/** Starts the worker role. */
export async function startWorker(services: Services): Promise<{ close: () => Promise<void> }> {
  await services.jobs.work(allHandlers(services))
  const loops = startWorkerLoops(services)
  return {
    close: async () => {
      await Promise.all(loops.map((loop) => loop.stop()))
      await services.jobs.stop()
    },
  }
}
