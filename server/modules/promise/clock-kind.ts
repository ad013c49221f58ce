/** The clock of a promise: runs until it is kept or taken back; fired, the promise is broken. */
export const promiseClock = 'promise.due'
