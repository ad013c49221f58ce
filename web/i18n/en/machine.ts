import type { SameWords } from '../shape.ts'
import type { machine as reference } from '../zh-CN/machine.ts'

export const machine = {
  first: {
    short: 'Machine first',
    long: 'The machine calls first, people where it gets no answer. Work on it now and the call is yours.',
  },
  'asked-for-person': {
    short: 'Asked for a person',
    long: 'The patient pressed zero for a person: call now.',
  },
  'red-flag': {
    short: 'Red flag by voice',
    long: 'The patient reported a danger to the machine: call now.',
  },
  'doubtful-flag': {
    short: 'Perhaps a red flag',
    long: 'The patient may have reported a danger; the call ended before it was confirmed: call now.',
  },
  partly: { short: 'Partly answered', long: 'The machine got some of the answers: ask the rest.' },
  'not-identified': {
    short: 'Identity not confirmed',
    long: 'Whoever answered did not know the year of birth: check number and identity.',
  },
  'wrong-person': {
    short: 'Perhaps a wrong number',
    long: 'Whoever answered does not know the patient: check the number.',
  },
  tries: { short: 'Not reached by voice', long: 'The machine did not reach the patient; people call now.' },
  unobtainable: {
    short: 'Perhaps no such number',
    long: 'The number was not in service when the machine called: check it.',
  },
  interrupted: {
    short: 'Voice call interrupted',
    long: 'The system stopped during the call; nobody knows whether it rang. Please call.',
  },
  refused: {
    short: 'No automatic call',
    long: 'The rules of contact forbid a call by machine; a person decides.',
  },
  'not-ready': {
    short: 'Not for keys',
    long: 'This questionnaire cannot be answered with keys: please call.',
  },
  'no-birth-year': {
    short: 'No date of birth',
    long: 'Without a date of birth the machine cannot check the identity: please call.',
  },
  'no-number': { short: 'No telephone', long: 'There is no number to call.' },
  'worked-on': { short: 'Already begun', long: 'Some answers were noted already: a person goes on.' },
} as const satisfies SameWords<typeof reference>
