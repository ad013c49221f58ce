import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shownQuestions, unfold } from '../../../contract/answer.ts'
import type { Question, QuestionnaireBody } from '../../../contract/questionnaire.ts'
import { baseQuestionnaires } from '../../seed/base/questionnaires.ts'
import { checkAnswers, redFlagsOf } from '../questionnaire/questionnaire.ts'
import { begin, type Heard, type Script, step, type Turn } from './dialogue.ts'
import { allSegments, languagesOf, questionText } from './segments.ts'
import { isVoiceReady, voiceProblems } from './ready.ts'

const words = (text: string) => ({ 'zh-CN': text, en: `${text} in English` })
const items: Question[] = [
  {
    linkId: 'better',
    type: 'choice',
    required: true,
    text: words('恢复得怎么样'),
    options: [
      { value: 'better', text: words('好转') },
      { value: 'worse', text: words('加重') },
    ],
    redFlag: {
      when: { fact: 'answers.better', op: '=', value: 'worse' },
      text: words('病情加重'),
      withinMinutes: 60,
    },
  },
  { linkId: 'head', type: 'display', text: words('下面问疼痛') },
  { linkId: 'pain', type: 'scale', required: true, min: 0, max: 10, text: words('疼痛几分') },
  {
    linkId: 'medicine',
    type: 'boolean',
    text: words('按时吃药了吗'),
    enableWhen: { fact: 'answers.pain', op: '>', value: 3 },
  },
  { linkId: 'temperature', type: 'decimal', min: 30, max: 45, text: words('体温多少度') },
  { linkId: 'seen', type: 'date', text: words('哪天复查') },
  { linkId: 'note', type: 'text', text: words('还有什么要说的') },
]
const script: Script = {
  definition: { items, scoring: 'none' },
  languages: ['zh-CN', 'en'],
  hospital: '市一院',
  birthYear: 1956,
  identityTries: 3,
  tries: 3,
  handsOver: true,
}

/** Plays keys: `~` is silence, `!` a hang-up, `^` a lost connection that came back. */
function play(keys: string, of: Script = script): Turn & { said: string[]; flagsRaised: string[] } {
  let turn = begin(of)
  const said = turn.say.map(({ text }) => text)
  const flagsRaised: string[] = []
  for (const key of Array.from(keys)) {
    const heard: Heard =
      key === '~'
        ? { kind: 'silence' }
        : key === '!'
          ? { kind: 'hung-up' }
          : key === '^'
            ? { kind: 'resume' }
            : { kind: 'key', key }
    turn = step(of, turn.state, heard)
    said.push(...turn.say.map(({ text }) => text))
    flagsRaised.push(...turn.flags)
  }
  return { ...turn, said, flagsRaised }
}

test('a call from the greeting to the last answer: language, year of birth, each question, thanks', () => {
  const { state, said, then } = play('1195612' + '36*5#' + '20261201')
  expect(state).toMatchObject({
    at: { kind: 'ended', end: 'completed' },
    language: 'zh-CN',
    identified: true,
    answers: { better: 'better', pain: 2, temperature: 36.5, seen: '2026-12-01' },
  })
  expect(then).toBe('hang-up')
  expect(said).toContain(questionText(items[0] as Question, 'zh-CN'))
  expect(said).toContain('下面问疼痛')
  expect(said).not.toContain(questionText(items[3] as Question, 'zh-CN'))
  expect(said.at(-1)).toContain('谢谢')
})

test('in English after the key for it, and a question that skip logic shows is asked', () => {
  const { state, said } = play('2195615#2')
  expect(state).toMatchObject({ language: 'en', at: { kind: 'question', linkId: 'temperature' } })
  expect(said).toContain(questionText(items[3] as Question, 'en'))
})

test('a dangerous answer is asked for once more, and only a key makes it one', () => {
  expect(play('119562').state.at).toMatchObject({ kind: 'confirm', linkId: 'better', value: 'worse' })
  expect(play('1195622').state).toMatchObject({ at: { kind: 'question', linkId: 'better' }, answers: {} })
  const yes = play('1195621')
  expect(yes).toMatchObject({
    then: 'hand-over',
    flagsRaised: ['better'],
    state: { at: { kind: 'ended', end: 'red-flag' }, answers: { better: 'worse' } },
  })
  expect(play('119562!').state).toMatchObject({ at: { end: 'hung-up' }, doubt: ['better'], answers: {} })
  expect(play('1195621', { ...script, handsOver: false })).toMatchObject({ then: 'hang-up' })
})

test('wrong keys and silence repeat the question, then it ends politely', () => {
  const { state, said } = play('1195699')
  expect(state).toMatchObject({ wrong: 2, at: { kind: 'question', linkId: 'better' } })
  expect(said.filter((text) => text === '没有这个选择。')).toHaveLength(2)
  expect(play('1195699~').state.at).toEqual({ kind: 'ended', end: 'silent' })
  expect(play('119569~1').state).toMatchObject({ wrong: 0, answers: { better: 'better' } })
})

test('a star repeats, zero asks for a person, hash does where zero is an answer', () => {
  expect(
    play('11956*').said.filter((text) => text === questionText(items[0] as Question, 'zh-CN')),
  ).toHaveLength(2)
  expect(play('119560')).toMatchObject({ then: 'hand-over', state: { at: { end: 'person' } } })
  expect(play('1195610#').state).toMatchObject({ answers: { pain: 0 } })
  expect(play('119561#')).toMatchObject({ state: { at: { end: 'person' } } })
  expect(play('10')).toMatchObject({ state: { at: { end: 'person' }, identified: false } })
})

test('a wrong year of birth is refused three times, hash says that it is the wrong person', () => {
  expect(play('119551956').state.identified).toBe(true)
  expect(play('1195519541953').state.at).toEqual({ kind: 'ended', end: 'not-identified' })
  expect(play('1#').state.at).toEqual({ kind: 'ended', end: 'wrong-person' })
})

test('numbers out of range and days that do not exist are asked again', () => {
  expect(play('119561' + '11').state).toMatchObject({
    at: { linkId: 'pain' },
    wrong: 1,
    answers: { better: 'better' },
  })
  expect(play('119561' + '1#' + '99#').state).toMatchObject({ at: { linkId: 'temperature' } })
  expect(play('119561' + '1#' + '36#' + '20260230').state).toMatchObject({ at: { linkId: 'seen' } })
  expect(play('119561' + '1~').state).toMatchObject({ at: { linkId: 'temperature' }, answers: { pain: 1 } })
})

test('after a break of the line it says so and asks the same again', () => {
  const { said, state } = play('119561' + '1^')
  expect(said.at(-1)).toBe(questionText(items[2] as Question, 'zh-CN'))
  expect(said.at(-2)).toContain('中断')
  expect(state.typed).toBe('')
})

test('the lint names the questions that keys cannot answer, and which of them stand in the way', () => {
  expect(voiceProblems({ items })).toEqual([{ linkId: 'note', why: 'not-by-keys', blocks: false }])
  const many = Array.from({ length: 10 }, (_, at) => ({ value: `${at}`, text: words(`${at}`) }))
  const more: Question[] = [
    { linkId: 'many', type: 'choice', required: true, text: words('选'), options: many },
    { linkId: 'photo', type: 'photo', required: true, text: words('拍照') },
    {
      linkId: 'said',
      type: 'text',
      text: words('说'),
      redFlag: { when: { fact: 'answers.said', op: '=', value: 'x' }, text: words('x'), withinMinutes: 60 },
    },
  ]
  expect(voiceProblems({ items: more })).toEqual([
    { linkId: 'many', why: 'too-many-options', blocks: true },
    { linkId: 'photo', why: 'not-by-keys', blocks: true },
    { linkId: 'said', why: 'not-by-keys', blocks: true },
    { linkId: null, why: 'nothing-to-ask', blocks: true },
  ])
  const shipped = baseQuestionnaires.filter(({ code }) => code.startsWith('discharge-level-'))
  expect(shipped.map((one) => [one.code, isVoiceReady(one)])).toContainEqual(['discharge-level-1', true])
})

test('a language is offered only when all of it has words in it', () => {
  expect(languagesOf({ items }, ['zh-CN', 'en'])).toEqual(['zh-CN', 'en'])
  expect(
    languagesOf({ items: [{ linkId: 'a', type: 'boolean', text: { 'zh-CN': '好吗' } }] }, ['zh-CN', 'en']),
  ).toEqual(['zh-CN'])
})

const optionList = fc
  .integer({ min: 2, max: 9 })
  .map((n) =>
    Array.from({ length: n }, (_, at) => ({ value: `v${at}`, text: words(`选项${at}`), score: at })),
  )

/** Questionnaires with skip logic and red flags over what was asked before. */
const body: fc.Arbitrary<Pick<QuestionnaireBody, 'items' | 'scoring' | 'bands'>> = fc
  .array(
    fc.record({
      type: fc.constantFrom(
        'choice',
        'multiple',
        'boolean',
        'integer',
        'scale',
        'decimal',
        'date',
        'display',
        'text',
      ),
      options: optionList,
      required: fc.boolean(),
      dependsOn: fc.option(fc.nat(5)),
      flag: fc.boolean(),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((list) => {
    const made: Question[] = list.map(({ type, options, required, dependsOn, flag }, at) => {
      const linkId = `q${at}`
      const on = dependsOn !== null && dependsOn < at ? list[dependsOn] : undefined
      const danger = new Map<string, string | boolean | number>([
        ['choice', 'v1'],
        ['boolean', true],
        ['scale', 7],
        ['integer', 5],
      ]).get(type)
      return {
        linkId,
        type,
        text: words(`问题${at}`),
        ...(['choice', 'multiple'].includes(type) && { options }),
        ...(['integer', 'scale', 'decimal'].includes(type) && { min: 0, max: type === 'integer' ? 250 : 10 }),
        ...(required && !['text', 'display'].includes(type) && { required }),
        ...(on && {
          enableWhen:
            on.type === 'choice'
              ? { fact: `answers.q${dependsOn}`, op: '=' as const, value: 'v1' }
              : { fact: `answers.q${dependsOn}`, op: 'exists' as const },
        }),
        ...(flag &&
          danger !== undefined && {
            redFlag: {
              when: { fact: `answers.${linkId}`, op: '=' as const, value: danger },
              text: words('危险'),
              withinMinutes: 60,
            },
          }),
      }
    })
    return {
      items: made,
      scoring: 'sum' as const,
      bands: [
        { code: 'low', upTo: 8, text: words('低'), tone: 'good' as const },
        { code: 'high', text: words('高'), tone: 'bad' as const, redFlagWithinMinutes: 60 },
      ],
    }
  })
const heard: fc.Arbitrary<Heard> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.constantFrom(...Array.from('1234567890*#')).map((key) => ({ kind: 'key' as const, key })),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'silence' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'resume' as const }) },
)
/** Most get past the greeting, so that the questions are reached. */
const course = fc
  .tuple(fc.constantFrom('11956', '21956', '', '195111956'), fc.array(heard, { maxLength: 60 }))
  .map(([known, rest]) => [...Array.from(known, (key): Heard => ({ kind: 'key', key })), ...rest])

const runs = { numRuns: 400 * Number(process.env.CARELOOP_PROPERTY_FACTOR ?? 1) }
const isMedical = (of: Script) => {
  const medical = new Set(
    of.definition.items.flatMap((item) => [
      ...(['zh-CN', 'en'] as const).flatMap((language) => [
        questionText(item, language),
        item.text[language] ?? '',
      ]),
      ...(item.options ?? []).flatMap((option) => [option.text['zh-CN'], option.text.en ?? '']),
    ]),
  )
  return (text: string) => medical.has(text)
}

test('no dialogue gets stuck, asks what is hidden, speaks of illness before the identity is known, or says what was not announced', () => {
  fc.assert(
    fc.property(body, course, fc.boolean(), (definition, keys, handsOver) => {
      const of: Script = { ...script, definition, handsOver }
      fc.pre(isVoiceReady(definition))
      const announced = new Set(allSegments(of).map(({ segment }) => `${segment.language} ${segment.text}`))
      const medical = isMedical(of)
      const flags: string[] = []
      let turn = begin(of)
      const look = () => {
        for (const { language, text } of turn.say) expect(announced).toContain(`${language} ${text}`)
        if (!turn.state.identified) expect(turn.say.some(({ text }) => medical(text))).toBe(false)
        const { at } = turn.state
        if (at.kind === 'question' || at.kind === 'confirm') {
          const shown = unfold(shownQuestions(definition.items, turn.state.answers)).map((one) => one.linkId)
          expect(shown).toContain(at.linkId)
          expect(turn.state.identified).toBe(true)
        }
        expect(turn.then === 'listen').toBe(at.kind !== 'ended')
        flags.push(...turn.flags)
      }
      look()
      for (const one of keys) {
        if (turn.then !== 'listen') break
        turn = step(of, turn.state, one)
        look()
      }
      // Whoever says nothing more is let go.
      for (let n = 0; n < 60 && turn.then === 'listen'; n++) {
        turn = step(of, turn.state, { kind: 'silence' })
        look()
      }
      const { at, answers } = turn.state
      if (at.kind !== 'ended') throw new Error('stuck')
      const complete = at.end === 'completed'
      expect(checkAnswers(definition, answers, complete)).toEqual(answers)
      // What is dangerous in the answers was confirmed by a key, each once.
      const real = redFlagsOf(definition, answers, complete).map((flag) => flag.linkId)
      expect([...flags].sort()).toEqual([...real].sort())
      expect(new Set(flags).size).toBe(flags.length)
      if (!turn.state.identified) expect(answers).toEqual({})
    }),
    runs,
  )
})

const hears: Script = { ...script, languages: ['zh-CN'], speech: { least: 0.75, sure: 0.92 } }
/** Keys as above; words in quotes with how sure the recogniser is: `好转@97`. */
function speakTo(inputs: string[], of: Script = hears) {
  let turn = begin(of)
  const flags: string[] = []
  const said: string[] = []
  for (const input of inputs) {
    const [text = '', sure] = input.split('@')
    const heard: Heard[] =
      sure === undefined
        ? [...text].map((key) => (key === '~' ? { kind: 'silence' } : { kind: 'key', key }))
        : [{ kind: 'said', text, confidence: Number(sure) / 100 }]
    for (const one of heard) {
      turn = step(of, turn.state, one)
      flags.push(...turn.flags)
      said.push(...turn.say.map((segment) => segment.text))
    }
  }
  return { ...turn, allFlags: flags, said }
}

test('spoken answers count where they are sure enough, and the source of each is kept', () => {
  const { state } = speakTo(['一九五六年@95', '好转了@95', '三分@80', '36*5#', '20261201'])
  expect(state.answers).toEqual({ better: 'better', pain: 3, temperature: 36.5, seen: '2026-12-01' })
  expect(state.given).toEqual({
    better: { by: 'speech', confidence: 0.95 },
    pain: { by: 'speech', confidence: 0.8 },
    temperature: { by: 'key' },
    seen: { by: 'key' },
  })
  expect(state.at).toEqual({ kind: 'ended', end: 'completed' })
})

test('a year or a dangerous question heard with less certainty asks for a key, once, and then hears keys alone', () => {
  const year = speakTo(['一九五六年@85'])
  expect(year.state).toMatchObject({ identified: false, deaf: true })
  expect(year.said.at(-2)).toContain('没有听清')
  const before = year.state
  expect(step(hears, before, { kind: 'said', text: '一九五六年', confidence: 0.99 }).state).toBe(before)
  expect(speakTo(['一九五六年@85', '1956']).state.identified).toBe(true)
  expect(speakTo(['1956', '好转@85']).state.answers).toEqual({})
  expect(speakTo(['1956', '好转@85', '1']).state.given).toEqual({ better: { by: 'key' } })
})

test('a person, a repetition and a wrong number are asked for aloud', () => {
  expect(speakTo(['1956', '我要转人工@80']).then).toBe('hand-over')
  expect(speakTo(['1956', '再说一遍@80']).state.at).toEqual({ kind: 'question', linkId: 'better' })
  expect(speakTo(['打错了@95']).state.at).toEqual({ kind: 'ended', end: 'wrong-person' })
})

test('whatever is said and pressed: no alarm is raised, confirmed or taken back by speech alone', () => {
  const words = fc.constantFrom(
    '加重了@99',
    '好转了@99',
    '是的@99',
    '不是@99',
    '没有加重@99',
    '一@99',
    '二@99',
    '三分@99',
    '再说一遍@99',
    '新闻@99',
    '加重@50',
  )
  const keys = fc.constantFrom('1', '2', '3', '#', '~')
  fc.assert(
    fc.property(fc.array(fc.oneof(words, keys), { maxLength: 14 }), (inputs) => {
      let turn = begin(hears)
      for (const input of ['1956', ...inputs]) {
        const [text = '', sure] = input.split('@')
        const all: Heard[] =
          sure === undefined
            ? [...text].map((key): Heard => (key === '~' ? { kind: 'silence' } : { kind: 'key', key }))
            : [{ kind: 'said', text, confidence: Number(sure) / 100 }]
        for (const heard of all) {
          const before = turn.state
          turn = step(hears, before, heard)
          if (heard.kind !== 'said') continue
          expect(turn.flags).toEqual([])
          if (before.answers['better'] !== 'worse') expect(turn.state.answers['better']).not.toBe('worse')
          // A doubt stays until a key settles it.
          for (const linkId of before.doubt) expect(turn.state.doubt).toContain(linkId)
        }
      }
      const { answers, given } = turn.state
      if (answers['better'] === 'worse') expect(given?.['better']).toEqual({ by: 'key' })
      expect(Object.keys(given ?? {}).sort()).toEqual(Object.keys(answers).sort())
    }),
    { numRuns: 500 },
  )
})
