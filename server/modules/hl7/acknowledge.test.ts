import iconv from 'iconv-lite'
import { expect, test } from 'vitest'
import { acknowledge } from './acknowledge.ts'
import { isProblem, readHeader } from './header.ts'

const now = new Date('2026-11-20T08:00:00Z')

function answer(message: Buffer): string[] {
  const header = readHeader(message)
  if (isProblem(header)) throw new Error(header.reason)
  return acknowledge(header, 'AA', header.controlId, null, now).toString('latin1').split('\r')
}

test.each([
  ['ADT^A01^ADT_A01', '2.5', 'ACK^A01^ACK'],
  ['ADT^A01', '2.3.1', 'ACK^A01^ACK'],
  ['ADT^A01', '2.3', 'ACK^A01'],
  ['ADT', '2.1', 'ACK'],
])('the answer to %s of version %s is %s in that version', (type, version, expected) => {
  const [msh = '', msa] = answer(Buffer.from(`MSH|^~\\&|A|B|C|D|20261120||${type}|1|P|${version}\rPID|1`))
  expect(msh.split('|').slice(8, 12)).toEqual([expected, '202611200800001', 'P', version])
  expect(msa).toBe('MSA|AA|1')
})

test('sender and facility come back whole, with the processing id and the character set', () => {
  const [msh = ''] = answer(
    Buffer.from(
      'MSH|^~\\&|COM^1.2.3^ISO|MS1^9.9^ISO|C|D|20261120||ADT^A28|2|T|2.5||||||UNICODE UTF-8\rPID|1',
    ),
  )
  const fields = msh.split('|')
  expect([fields[4], fields[5], fields[10], fields[17]]).toEqual([
    'COM^1.2.3^ISO',
    'MS1^9.9^ISO',
    'T',
    'UNICODE UTF-8',
  ])
})

test('a facility in GB18030 comes back in GB18030', () => {
  const message = iconv.encode(
    'MSH|^~\\&|HIS|南院|C|D|20261120||ADT^A28|3|P|2.5||||||GB18030\rPID|1',
    'gb18030',
  )
  const header = readHeader(message)
  if (isProblem(header)) throw new Error(header.reason)
  expect(iconv.decode(acknowledge(header, 'AA', '3', null, now), 'gb18030')).toContain('|HIS|南院|')
})

test('separators of the sender become the usual ones, and what is none of its own stays text', () => {
  const [msh = ''] = answer(Buffer.from('MSH*:~\\&*A:1.2:ISO*B|C*C*D*20261120**ADT:A28*4*P*2.5\rPID*1'))
  expect(msh.split('|').slice(4, 6)).toEqual(['A^1.2^ISO', 'B C'])
})
