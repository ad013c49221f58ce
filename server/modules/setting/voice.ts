import { boolean, choice, everywhere, integer, number, type SettingDefinition, text } from './define.ts'

const ours = 'CareLoop choice'

/** Rule numbers of calls that the machine makes. */
export const voiceSettings = {
  'voice.enabled': boolean(
    'voice',
    false,
    `${ours}: a site switches the machine on once its telephone system is connected`,
  ),
  'voice.hours.from': integer(
    'voice',
    9,
    'hour',
    [0, 23],
    `${ours}: within the hours in which patients are called`,
  ),
  'voice.hours.to': integer(
    'voice',
    20,
    'hour',
    [1, 24],
    `${ours}: within the hours in which patients are called`,
  ),
  'voice.lines': integer(
    'voice',
    4,
    'calls',
    [1, 500],
    `${ours}: calls at once; no more than the trunk carries`,
  ),
  'voice.tries': integer(
    'voice',
    2,
    'attempts',
    [1, 10],
    `${ours}: then people call, who keep at least one attempt of the ladder`,
  ),
  'voice.ring-seconds': integer('voice', 35, 'seconds', [10, 120], `${ours}: about seven rings`),
  'voice.wait-seconds': integer('voice', 8, 'seconds', [3, 30], `${ours}: older people look for the key`),
  'voice.identity-tries': integer(
    'voice',
    3,
    'attempts',
    [1, 5],
    `${ours}: a year of birth cannot be guessed in three`,
  ),
  'voice.question-tries': integer(
    'voice',
    3,
    'attempts',
    [1, 10],
    `${ours}: wrong keys and silences in a row`,
  ),
  'voice.languages': choice(
    'voice',
    ['zh-CN', 'zh-CN,en', 'en,zh-CN'],
    `${ours}: asked for by a key when there are several`,
  ),
  'voice.hand-over': boolean(
    'voice',
    false,
    `${ours}: zero for a person reaches a queue of agents; else somebody calls back`,
  ),
  'voice.agents': integer(
    'voice',
    2,
    'agents',
    [0, 500],
    `${ours}: who takes calls that are handed over, where the telephone system does not say`,
  ),
  'voice.abandonment': number(
    'voice',
    0.03,
    'share',
    [0.005, 0.2],
    'Ofcom, Statement of policy on persistent misuse (2010): abandoned calls at most 3 %',
  ),
  'voice.engine': everywhere(
    choice(
      'voice',
      ['built-in', 'http', 'command'],
      `${ours}: eSpeak NG speaks Mandarin plainly and needs nothing else`,
    ),
  ),
  'voice.recogniser': choice(
    'voice',
    ['keys', 'websocket', 'http'],
    `${ours}: keys are understood by everybody; a site connects an engine of its own`,
  ),
  'voice.recogniser-url': text(
    'voice',
    'text',
    '',
    `${ours}: an engine on the premises; streamed PCM over ws:// or wss://, or one WAV file for each utterance over http:// or https://`,
  ),
  'voice.speech-confidence': number(
    'voice',
    0.75,
    'share',
    [0.3, 1],
    `${ours}: below it a key is asked for; engines differ, so a site measures its own`,
  ),
  'voice.speech-sure': number(
    'voice',
    0.92,
    'share',
    [0.5, 1],
    `${ours}: for the year of birth, and where a wrong word would hide something dangerous`,
  ),
  'voice.engine-url': everywhere(
    text(
      'voice',
      'text',
      '',
      `${ours}: an engine on the premises; POST { text, language } answers a WAV file`,
    ),
  ),
} as const satisfies Record<string, SettingDefinition>
