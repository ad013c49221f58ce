import { boolean, everywhere, integer, type SettingDefinition, text } from './define.ts'

const ours = 'CareLoop choice'
const limit = (usual: number, most: number, why: string) =>
  everywhere(integer('contact', usual, 'per-hour', [1, most], `${ours}: ${why}`))
const network = 'a network (/24, /64) of a mobile provider is shared by many people'

/** When the inbox is answered, and how much of a chat strangers may use. */
export const conversationSettings = {
  'conversation.hours-from': integer('contact', 8, 'hour', [0, 23], `${ours}: service desks open at 8`),
  'conversation.hours-to': integer('contact', 18, 'hour', [1, 24], `${ours}: service desks close at 18`),
  'conversation.working-days-only': boolean('contact', false, `${ours}: people ask at weekends, too`),
  'conversation.answer-minutes': integer(
    'contact',
    15,
    'minutes',
    [1, 1440],
    `${ours}: a message without an answer for so long stands out in the inbox`,
  ),
  'conversation.auto-answer': boolean(
    'contact',
    true,
    `${ours}: outside of these hours people are told once when somebody answers`,
  ),
  'conversation.auto-text': text(
    'contact',
    'text',
    '',
    `${ours}: empty = our own words in the language of the person; {{opens}} and {{hospital}} are filled in`,
  ),
  'conversation.urgent-words': text(
    'contact',
    'text',
    '胸痛、胸口痛、喘不上气、呼吸困难、喘不过气、大出血、血流不止、昏迷、叫不醒、抽搐、意识不清、口角歪斜、半边身子、剧烈头痛、自杀、不想活、想死、服毒、农药、chest pain、cannot breathe、can’t breathe、suicide、unconscious、bleeding heavily',
    `${ours}: whoever writes one of these is told the emergency number at once, and a colleague calls back within 15 minutes; empty = never`,
  ),
  'conversation.ask-satisfaction': boolean('contact', true, `${ours}: one question at the end of a web chat`),
  'conversation.chat-origins': everywhere(
    text(
      'contact',
      'text',
      '',
      `${ours}: origins whose pages may show the chat in a frame, such as https://www.hospital.example; empty = none`,
    ),
  ),
  'conversation.chat-starts-address': limit(60, 100_000, network),
  'conversation.chat-starts-all': limit(3000, 1_000_000, 'more than people do, less than bots try'),
  'conversation.chat-texts-address': limit(1200, 1_000_000, network),
  'conversation.chat-texts-all': limit(60_000, 10_000_000, 'more than people do, less than bots try'),
  'conversation.chat-texts-visitor': limit(200, 10_000, 'nobody writes more by hand'),
} as const satisfies Record<string, SettingDefinition>
