import { getAppointment, listAppointments, searchSlots } from '../../../contract/appointment.ts'
import { listClinicSessions } from '../../../contract/clinic-schedule.ts'
import { getTimeline } from '../../../contract/timeline.ts'

/** Whatever was done to an appointment: these answers are old now. */
export const appointmentRoutes = [
  listAppointments,
  getAppointment,
  searchSlots,
  listClinicSessions,
  getTimeline,
] as const
