import type { Act, Callee } from './asterisk-exchange.ts'

/** What people do when a machine calls. */
export const behaviours = [
  'answers',
  'wrong-keys',
  'interrupts',
  'silent',
  'hangs-up-at-once',
  'hangs-up-in-the-middle',
  'falls-silent',
  'recorder',
  'dangerous',
  'dangerous-takes-it-back',
  'dangerous-hangs-up',
  'asks-for-person',
  'wrong-year',
  'wrong-person',
  'busy',
  'no-answer',
  'unobtainable',
  'rejects',
  'later',
] as const
/** What people do who speak instead of pressing keys. */
export const speakers = [
  'speaks',
  'mumbles',
  'among-noise',
  'speaks-danger',
  'speaks-danger-only',
  'asks-aloud',
  'wants-it-again',
  'says-wrong-year',
] as const
export type Behaviour = (typeof behaviours)[number] | (typeof speakers)[number]

export type Patient = {
  behaviour: Behaviour
  birthYear: number
  /** Keys by a part of the question, the first that fits. */
  keys: [part: string, keys: string][]
  /** The question that is dangerous, and the key that makes it so. */
  danger: [part: string, key: string]
  /** What is said instead, by a part of the question; the dangerous answer last. */
  words?: [part: string, text: string][]
  dangerWords?: string
}

const signs = '零一二三四五六七八九'
const yearWords = (year: number) => `${[...String(year)].map((digit) => signs[Number(digit)]).join('')}年`

/** Somebody who answers aloud. Told to press a key, or heard by nobody, they press. */
function speakerOf(patient: Patient): Callee {
  const { behaviour, words = [] } = patient
  let [answered, repeated, dangers] = [0, false, 0]
  const hear = (said: string[], seconds: number): Act[] => {
    const text = said.join(' ')
    const from = seconds + 1
    const press = (keys: string) => [...keys].map((key, at): Act => ({ after: from + at * 0.4, press: key }))
    const aloud = (what: string, clarity = 97): Act[] => [{ after: from, say: what, clarity }]
    if (text.includes('再见') || text.includes('转接')) return []
    const asksForKey = text.includes('没有听清') || text.includes('没有收到您的按键')
    if (text.includes('出生年份')) {
      if (asksForKey || text.includes('年份不对')) return press(String(patient.birthYear))
      return aloud(
        yearWords(patient.birthYear + (behaviour === 'says-wrong-year' ? 1 : 0)),
        behaviour === 'mumbles' ? 60 : 97,
      )
    }
    if (text.includes('您的回答是')) {
      dangers += 1
      if (behaviour === 'speaks-danger' && asksForKey) return press('1')
      return aloud('是的')
    }
    const [part, spoken] = words.find(([one]) => text.includes(one)) ?? []
    const keys = patient.keys.find(([one]) => text.includes(one))?.[1]
    if (part === undefined || spoken === undefined || keys === undefined) return []
    if (asksForKey) {
      answered += 1
      return press(keys)
    }
    if (behaviour.startsWith('speaks-danger') && dangers === 0 && text.includes(patient.danger[0]))
      return aloud(patient.dangerWords ?? '')
    if (behaviour === 'asks-aloud' && answered === 1) return aloud('我要转人工')
    if (behaviour === 'wants-it-again' && !repeated) {
      repeated = true
      return aloud('请再说一遍')
    }
    if (behaviour === 'mumbles') return aloud(spoken, 55)
    if (behaviour === 'among-noise') return aloud('今天晚上八点的新闻', 80)
    answered += 1
    return aloud(spoken)
  }
  return { fate: 'answer', after: 6, hear }
}

/** Somebody at a telephone. @param nth how many calls they had before */
export function telephoneOf(patient: Patient, nth: number): Callee {
  const { behaviour } = patient
  if (speakers.some((one) => one === behaviour)) return speakerOf(patient)
  if (behaviour === 'busy') return { fate: 'busy', after: 3 }
  if (behaviour === 'no-answer') return { fate: 'no-answer', after: 90 }
  if (behaviour === 'unobtainable') return { fate: 'unobtainable', after: 1 }
  if (behaviour === 'rejects') return { fate: 'rejected', after: 4 }
  if (behaviour === 'later' && nth === 0) return { fate: 'no-answer', after: 90 }
  if (behaviour === 'recorder') return { fate: 'answer', after: 20, recorder: true }
  let [answered, spoilt, dangers] = [0, false, 0]

  const press = (keys: string, from: number): Act[] =>
    [...keys].map((key, at) => ({ after: from + at * 0.4, press: key }))

  const hear = (said: string[], seconds: number): Act[] => {
    const text = said.join(' ')
    // Some know the question by heart and press while it is read out.
    const from = behaviour === 'interrupts' ? 0.6 : seconds + 1.5
    const hangUp: Act[] = [{ after: from, hangUp: true }]
    if (text.includes('再见') || text.includes('转接')) return []
    if (behaviour === 'silent') return []
    if (behaviour === 'hangs-up-at-once') return hangUp
    if (text.includes('出生年份')) {
      if (behaviour === 'wrong-person') return press('#', from)
      return press(String(behaviour === 'wrong-year' ? patient.birthYear + 1 : patient.birthYear), from)
    }
    if (text.includes('您的回答是')) {
      if (behaviour === 'dangerous-hangs-up') return hangUp
      dangers += 1
      return press(behaviour === 'dangerous-takes-it-back' && dangers === 1 ? '2' : '1', from)
    }
    if (behaviour === 'hangs-up-in-the-middle' && answered === 2) return hangUp
    if (behaviour === 'falls-silent' && answered === 2) return []
    if (behaviour === 'asks-for-person' && answered === 1) return press('0', from)
    if (behaviour === 'wrong-keys' && !spoilt && !text.includes('请输入')) {
      spoilt = true
      return press('9', from)
    }
    const keys = patient.keys.find(([part]) => text.includes(part))?.[1]
    if (keys === undefined) return []
    const [part, key] = patient.danger
    const isDanger =
      behaviour.startsWith('dangerous') &&
      text.includes(part) &&
      !(behaviour === 'dangerous-takes-it-back' && dangers > 0)
    spoilt = false
    if (isDanger) return press(key, from)
    answered += 1
    return press(keys, from)
  }
  return { fate: 'answer', after: 6, hear }
}
