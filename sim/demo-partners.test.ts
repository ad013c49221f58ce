import { createTransport } from 'nodemailer'
import { expect, test } from 'vitest'
import { answerCall, answerQuestion, type AskedQuestion } from './patient-answers.ts'
import { prng } from './prng.ts'
import { startSmtpSink } from './smtp-sink.ts'

const patient = {
  age: 68,
  now: new Date('2025-06-01T02:00:00Z'),
  daysSinceDischarge: 5,
  diagnosisCode: 'I50.900',
}

test('most calls reach the patient and the same stream of chance gives the same call', () => {
  const random = prng(1)
  const calls = Array.from({ length: 2000 }, () => answerCall(random, patient))
  const answered = calls.filter((call) => call.reached === 'answered').length / calls.length
  expect(answered).toBeGreaterThan(0.6)
  expect(answered).toBeLessThan(0.85)
  expect(answerCall(prng(1), patient)).toEqual(calls[0])
})

test('nobody speaks for the dead or the readmitted', () => {
  const random = prng(2)
  for (let i = 0; i < 200; i++) {
    expect(answerCall(random, { ...patient, deceased: true }).reached).toMatch(/^(deceased|no-answer)$/)
    expect(answerCall(random, { ...patient, readmitted: true }).reached).toMatch(/^(readmitted|no-answer)$/)
  }
})

test('about three per cent of the answers are red flags', () => {
  const random = prng(3)
  const question: AskedQuestion = {
    linkId: 'chest-pain',
    type: 'choice',
    options: [{ value: 'none' }, { value: 'some' }, { value: 'severe', redFlag: true }],
  }
  const answers = Array.from({ length: 10_000 }, () => answerQuestion(random, question, patient))
  const flagged = answers.filter((answer) => answer === 'severe').length / answers.length
  expect(flagged).toBeGreaterThan(0.02)
  expect(flagged).toBeLessThan(0.04)
})

test('answers keep the type and the limits of their question', () => {
  const random = prng(4)
  const ask = (question: Partial<AskedQuestion> & Pick<AskedQuestion, 'type'>) =>
    answerQuestion(random, { linkId: 'q', ...question }, patient)
  for (let i = 0; i < 300; i++) {
    const whole = ask({ type: 'integer', min: 2.5, max: 4.5 })
    expect([3, 4]).toContain(whole)
    const glucose = Number(ask({ type: 'decimal', min: 3.9, max: 4.05 }))
    expect(glucose).toBeGreaterThanOrEqual(3.9)
    expect(glucose).toBeLessThanOrEqual(4.05)
    expect(ask({ type: 'date' })).toMatch(/^2025-(05-2[789]|05-3[01]|06-01)$/)
    expect(typeof ask({ type: 'boolean' })).toBe('boolean')
    expect(ask({ type: 'text' })).not.toBe('')
  }
  expect(() => ask({ type: 'choice' })).toThrow()
})

test('the mail sink keeps what nodemailer sends, with subject and body readable', async () => {
  const sink = await startSmtpSink({
    keep: 2,
    refuse: (to) => (to.startsWith('gone@') ? { code: 550, message: 'No such user' } : undefined),
  })
  const transport = createTransport({ host: '127.0.0.1', port: sink.port, pool: true })
  const future = sink.waitFor((mail) => mail.to.includes('b@example.com'))
  const body = {
    subject: '出院随访提醒：请您填写康复情况问卷，我们会尽快与您联系',
    text: '王女士，您好。',
    html: '<p>您好</p>',
  }
  for (const to of ['a@example.com', 'b@example.com', 'c@example.com']) {
    await transport.sendMail({ from: 'care@hospital.example', to, ...body })
  }
  expect(await future).toMatchObject({ from: 'care@hospital.example', ...body })
  expect(sink.mails.map((mail) => mail.to[0])).toEqual(['b@example.com', 'c@example.com'])
  await expect(
    transport.sendMail({ from: 'care@hospital.example', to: 'gone@example.com', ...body }),
  ).rejects.toThrow('550')
  await expect(sink.waitFor(() => false, 20)).rejects.toThrow('No such mail within 20 ms')
  transport.close()
  await sink.close()
})
