import type { SameWords } from '../shape.ts'
import type { line as source } from '../zh-CN/line.ts'

export const line = {
  title: 'My telephone',
  none: 'At no telephone',
  at: 'Extension {{extension}}',
  presences: { available: 'Free', 'wrap-up': 'Writing up', break: 'Break' },
  phone: {
    connecting: 'telephone connects',
    registered: 'telephone ready',
    unreachable: 'telephone not reachable',
    refused: 'telephone password is wrong',
    microphone: 'microphone not allowed',
    answer: 'Answer',
    reject: 'Refuse',
    mute: 'Mute',
    unmute: 'Unmute',
    keys: 'Keys',
    press: 'Press {{key}}',
  },
  dialling: 'Calling: pick up your telephone',
  dialNow: 'Call from my telephone',
} as const satisfies SameWords<typeof source>
