import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ack, type Receiver, startReceiver } from '../../../test/support/receiver.ts'
import { frame } from '../hl7/framer.ts'
import { MllpClient, MllpError } from '../hl7/mllp-client.ts'
import { outcomeOf } from './outcome.ts'

const controlId = 'CL-Ab0_xY9-zZ8wQ7vU'
const message = Buffer.from(`MSH|^~\\&|CARELOOP|CARELOOP|HIS|NH|20261122||ADT^A31|${controlId}|P|2.5\r`)

/** What a sending comes to when the receiver answers with these bytes and then closes. */
async function outcome(answer: Buffer) {
  const his: Receiver = await startReceiver((one) => one.socket.end(answer))
  const client = new MllpClient()
  try {
    await client.connect('127.0.0.1', his.port)
    return outcomeOf(await client.send(message, { timeoutMs: 5000 }))
  } catch (error) {
    if (error instanceof MllpError) return outcomeOf(error)
    throw error
  } finally {
    client.close()
    await his.close()
  }
}

const nearMiss = fc.constantFrom(
  controlId,
  controlId.slice(1),
  controlId.slice(0, -1),
  `${controlId}0`,
  `${controlId}^${controlId}`,
  controlId.toLowerCase(),
  '',
  '""',
)
/** HL7 table 0008. */
const meanings: Partial<Record<string, string>> = {
  AA: 'acknowledged',
  CA: 'acknowledged',
  AE: 'rejected',
  AR: 'rejected',
  CE: 'rejected',
  CR: 'rejected',
}
const code = fc.constantFrom(...Object.keys(meanings), 'aa', 'OK', 'A', '', 'AAA')

test('only its own control id with a code of table 0008 credits a message', async () => {
  await fc.assert(
    fc.asyncProperty(code, nearMiss, async (said, id) => {
      const { outcome: came } = await outcome(ack(said, id))
      expect(came).toBe(id === controlId ? (meanings[said] ?? 'unknown') : 'unknown')
    }),
    { numRuns: 150 },
  )
})

test('bytes that are no answer credit nothing, cut anywhere or of any kind', async () => {
  const whole = ack('AA', controlId)
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        // Without the byte that ends the frame it is not whole.
        fc.nat(whole.length - 3).map((length) => whole.subarray(0, length)),
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        fc.uint8Array({ maxLength: 300 }).map((bytes) => frame(Buffer.from(bytes))),
        fc.string({ maxLength: 80 }).map((text) => frame(Buffer.from(`MSA|AA|${controlId}|${text}`))),
      ),
      async (answer) => {
        expect((await outcome(answer)).outcome).toBe('unknown')
      },
    ),
    { numRuns: 150 },
  )
})
