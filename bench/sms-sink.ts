import { startSmsc } from '../sim/smpp-smsc.ts'

/** A short message centre in a process of its own: takes everything and counts, without receipts. */

let taken = 0
const smsc = await startSmsc({ receipts: false, onTaken: () => (taken += 1) })
process.send?.({ port: smsc.port })
process.on('message', () => process.send?.({ mails: taken, clinicalAt: null }))
process.on('disconnect', () => process.exit())
