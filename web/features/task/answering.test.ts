import { describe, expect, it } from 'vitest'
import type { QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import {
  answersThatApply,
  firstMissing,
  isDangerous,
  numberProblem,
  progress,
  shownQuestions,
} from './answering.ts'

const zh = (text: string) => ({ 'zh-CN': text })
const questionnaire: QuestionnaireDefinition = {
  id: 1,
  versionId: 1,
  code: 'discharge',
  version: 1,
  title: zh('出院随访'),
  source: null,
  scoring: 'none',
  items: [
    { linkId: 'intro', type: 'display', text: zh('先问候') },
    { linkId: 'fever', type: 'boolean', text: zh('发烧吗'), required: true },
    {
      linkId: 'degrees',
      type: 'decimal',
      text: zh('多少度'),
      required: true,
      min: 35,
      max: 43,
      enableWhen: { fact: 'answers.fever', op: '=', value: true },
      redFlag: {
        when: { fact: 'answers.degrees', op: '>=', value: 39 },
        text: zh('高热'),
        withinMinutes: 120,
      },
    },
  ],
}

describe('answering', () => {
  it('shows a follow-on question only after its answer', () => {
    expect(shownQuestions(questionnaire, {}).map((one) => one.linkId)).toEqual(['intro', 'fever'])
    expect(shownQuestions(questionnaire, { fever: true }).map((one) => one.linkId)).toContain('degrees')
  })

  it('does not send an answer whose question went away', () => {
    expect(answersThatApply(questionnaire, { fever: false, degrees: 40 })).toEqual({ fever: false })
  })

  it('counts what is asked, not what is said', () => {
    expect(progress(shownQuestions(questionnaire, { fever: true }), { fever: true })).toEqual({
      all: 2,
      done: 1,
    })
  })

  it('names the first required question without an answer', () => {
    const shown = shownQuestions(questionnaire, { fever: true })
    expect(firstMissing(shown, { fever: true })?.linkId).toBe('degrees')
    expect(firstMissing(shown, { fever: true, degrees: 37 })).toBeUndefined()
  })

  it('sees a red flag at once', () => {
    const degrees = questionnaire.items[2]
    expect(degrees && isDangerous(degrees, { degrees: 39.2 })).toBe(true)
    expect(degrees && isDangerous(degrees, { degrees: 36.5 })).toBe(false)
  })

  it('says what is wrong with a number', () => {
    const degrees = { linkId: 'd', type: 'decimal' as const, text: zh('度'), min: 35, max: 43 }
    expect(numberProblem(degrees, '36.5')).toBeNull()
    expect(numberProblem(degrees, '')).toBeNull()
    expect(numberProblem(degrees, '三十七')).toBe('mustBeNumber')
    expect(numberProblem(degrees, '50')).toBe('outOfRange')
    expect(numberProblem({ ...degrees, type: 'integer' }, '36.5')).toBe('mustBeNumber')
  })
})

it('an answer to a question that is no longer asked opens no other', () => {
  const chain: QuestionnaireDefinition = {
    ...questionnaire,
    items: [
      { linkId: 'smokes', type: 'boolean', text: zh('吸烟吗') },
      {
        linkId: 'quit',
        type: 'boolean',
        text: zh('想戒吗'),
        enableWhen: { fact: 'answers.smokes', op: '=', value: true },
      },
      {
        linkId: 'help',
        type: 'text',
        text: zh('需要什么帮助'),
        enableWhen: { fact: 'answers.quit', op: '=', value: true },
      },
    ],
  }
  expect(shownQuestions(chain, { smokes: false, quit: true }).map((one) => one.linkId)).toEqual(['smokes'])
})
