/** Every error a caller can meet: HTTP status and stable id. The message may be replaced by a more exact sentence. */
const catalogue = {
  'not-signed-in': [401, 'Sign in first.'],
  'wrong-credentials': [401, 'The user name or the password is wrong.'],
  'wrong-code': [401, 'The code is wrong or was used already.'],
  suspended: [403, 'This account is suspended. Ask your administrator.'],
  'cross-site': [403, 'This request came from another site and was refused.'],
  'two-factor-required': [401, 'Enter the code of your second factor.'],
  'password-change-required': [403, 'Choose a new password before you go on.'],
  forbidden: [403, 'Your role does not allow this.'],
  'not-found': [404, 'There is no such thing, or it lies outside what you may see.'],
  invalid: [422, 'Some fields are not right.'],
  'too-many-to-sort': [422, 'More than 10,000 rows: narrow the list before ordering it.'],
  'malformed-request': [400, 'The request could not be read.'],
  'unknown-parameter': [400, 'The address has a parameter that is not known here.'],
  'changed-meanwhile': [409, 'Somebody changed this meanwhile. Look at the new state and try again.'],
  'held-by-other': [409, 'A colleague is working on this task.'],
  'own-result': [409, 'This checks a result of your own; a colleague has to do it.'],
  'red-flag-of-others': [403, 'This red flag is on somebody else’s list; you can remind that person.'],
  'not-held': [409, 'You no longer hold this task; open it again.'],
  'not-closed': [409, 'This has no result yet.'],
  'already-closed': [409, 'This is already finished.'],
  'already-exists': [409, 'This exists already.'],
  'appeal-too-late': [409, 'The time to appeal is over.'],
  'cannot-undo': [409, 'This can no longer be undone.'],
  'already-enrolled': [409, 'Already on this pathway, or was on it too recently to enter again.'],
  'open-dispute': [409, 'There is an open dispute with this person; it has to be closed first.'],
  'contact-refused': [409, 'This person must not be contacted this way.'],
  'second-person': [409, 'Publishing takes somebody who did not write this draft. Ask for it first.'],
  'calendar-unknown': [409, 'The calendar of that year is not known. Enter it under Settings.'],
  'slot-taken': [409, 'Somebody else has this slot, or it is kept for another channel. Take another one.'],
  'too-many-holds': [409, 'You hold too many slots already. Give one back first.'],
  'session-overlap': [409, 'The doctor, the room or the equipment is taken at that time.'],
  'appointment-overlap': [409, 'This person has another appointment at that time.'],
  'booking-restricted': [
    409,
    'After missed appointments this person may not book by web or phone for a time. The counter, the follow-up reserve and the green channel stay open.',
  ],
  'appointment-not-missed': [409, 'Only what was missed or cancelled by the patient can be excused.'],
  'appointment-limit': [409, 'This person has as many appointments as the rules of the hospital allow.'],
  'appointment-too-early': [409, 'It is too early for that: the appointment has not come yet.'],
  'appointment-too-late': [409, 'It is too late to cancel here. Call the hospital.'],
  'appointment-not-arrived': [409, 'The patient has not checked in yet.'],
  'booked-elsewhere': [409, 'This was booked in another system and is changed there.'],
  'real-name': [422, 'An identity number is needed to book this way. Enter it with the person first.'],
  'booking-code-wrong': [422, 'The code is not right. Look at the newest message.'],
  'booking-code-ended': [410, 'This code no longer works. Ask for a new one.'],
  'booking-ended': [410, 'Too much time has passed. Prove your number again.'],
  'booking-who': [422, 'Say first for whom this is.'],
  'birth-year-wrong': [422, 'Name and year of birth do not fit.'],
  'identity-wrong': [422, 'This is no identity number. Compare it with the document.'],
  'booking-limit': [429, 'This was done too often for now. Try again later, or call the hospital.'],
  'chat-limit': [429, 'This was done too often for now. Try again later, or call the hospital.'],
  'report-held': [409, 'A doctor looks at this report first. You are told when you can read it.'],
  'chat-ended': [410, 'This chat is over. Start a new one.'],
  'file-type': [422, 'Only pictures (JPEG, PNG), PDF and plain text can be taken in.'],
  'too-many-files': [409, 'There are as many files as an answer may have.'],
  'assistant-off': [409, 'No assistant is switched on at this site.'],
  'not-failed': [409, 'It is not known that this failed, so it is not sent again.'],
  'booking-open-limit': [
    409,
    'This number has as many bookings as it may have. Cancel one first, or call the hospital.',
  ],
  'case-not-answered': [
    409,
    'There is no result to tell yet. Write down first what the investigation found.',
  ],
  'grant-waiting': [
    409,
    'Something granted still waits for approval. Have it decided or take it back before the case is closed as settled.',
  ],
  'result-not-told': [
    409,
    'The complainant has not been told the result yet. Tell it, or try to, before closing.',
  ],
  deceased: [409, 'This person has died.'],
  'file-empty': [422, 'The file is empty.'],
  'file-without-rows': [422, 'The file has no rows below the names of its columns.'],
  'file-old-excel': [422, 'This is the old format of Excel (.xls). Save it as .xlsx or CSV and upload that.'],
  'file-unreadable': [422, 'The file cannot be read as a table.'],
  'file-encoding': [422, 'The file is not written in this encoding; choose another one.'],
  'file-nul': [400, 'The file holds NUL characters: it is damaged, or no table.'],
  'picture-type': [422, 'Only pictures can be taken in, as JPEG or PNG.'],
  'picture-damaged': [422, 'The picture is damaged, or the file holds more than a picture.'],
  'too-slow': [408, 'The request arrived too slowly and was given up.'],
  'unsupported-type': [415, 'The body has another type than this address takes.'],
  'too-large': [413, 'That is too large.'],
  'too-many-requests': [429, 'Too many tries. Wait a moment.'],
  'link-closed': [410, 'This link is no longer valid.'],
  'no-questionnaire': [409, 'This task has no questionnaire that somebody could answer.'],
  'setup-closed': [403, 'The one-time link is no longer valid.'],
  unavailable: [503, 'The service is starting or stopping. Try again in a moment.'],
  internal: [500, 'Something went wrong on our side. It has been logged.'],
} as const satisfies Record<string, readonly [number, string]>

export type ErrorId = keyof typeof catalogue
export const errorIds = Object.keys(catalogue) as ErrorId[]

/** Every error that is answered with this status: id and message. */
export function errorsOf(status: number): { id: ErrorId; message: string }[] {
  return errorIds.flatMap((id) => (catalogue[id][0] === status ? [{ id, message: catalogue[id][1] }] : []))
}

export type FieldError = { path: string; message: string }

/** An error meant for the caller; everything else becomes `internal` and its text stays in the log. */
export class AppError extends Error {
  readonly id: ErrorId
  readonly status: number
  readonly fields: FieldError[] | undefined
  /** The transaction commits: rows written before the refusal record it. */
  readonly commits: boolean

  constructor(id: ErrorId, message?: string, fields?: FieldError[], { commits = false } = {}) {
    super(message ?? catalogue[id][1])
    this.id = id
    this.status = catalogue[id][0]
    this.fields = fields
    this.commits = commits
  }
}

/** @throws {AppError} not-found */
export function found<T>(row: T | undefined | null, what?: string): T {
  if (row === undefined || row === null) throw new AppError('not-found', what)
  return row
}
