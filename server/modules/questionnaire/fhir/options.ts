import type { ImportNote } from '../../../../contract/questionnaire-design.ts'
import type { Question } from '../../../../contract/questionnaire.ts'
import { type AnswerOption, type FhirQuestionnaire, type Item, valueSet } from './terms.ts'
import { pointsIn, type Words } from './words.ts'

type Option = NonNullable<Question['options']>[number]
type AddNote = (kind: ImportNote['kind'], about?: string) => void

/** Options of a choice, from the item itself or from a contained value set; undefined if there are none. */
export function optionsOf(
  { answerOption, answerValueSet }: Item,
  resource: FhirQuestionnaire,
  words: Words,
  note: AddNote,
): Option[] | undefined {
  if (answerOption)
    return answerOption.flatMap((one, at) => {
      const option = optionFrom(one, `o${at + 1}`, words)
      if (!option) note('option', Object.keys(one).join(' '))
      return option ?? []
    })
  if (answerValueSet === undefined) return undefined
  const options = fromValueSet(answerValueSet, resource, words)
  if (!options) note('value-set', answerValueSet)
  return options ?? []
}

function optionFrom(one: AnswerOption, fallback: string, words: Words): Option | undefined {
  const { valueCoding: coding } = one
  const plain = one.valueString ?? one.valueDate ?? one.valueTime ?? one.valueInteger?.toString()
  const value = coding ? (coding.code ?? coding.display) : plain
  if (value === undefined) return undefined
  const score = pointsIn(one, coding)
  return {
    value: value.length > 60 ? fallback : value,
    text: coding
      ? words.read(coding.display ?? coding.code, coding._display)
      : words.read(plain, one._valueString),
    ...(score !== undefined && { score }),
    ...(coding?.system && { system: coding.system }),
  }
}

function fromValueSet(address: string, { contained }: FhirQuestionnaire, words: Words): Option[] | undefined {
  const sets = (contained ?? []).flatMap((one) => valueSet.safeParse(one).data ?? [])
  const set = address.startsWith('#') ? sets.find((one) => one.id === address.slice(1)) : undefined
  const concepts =
    set?.expansion?.contains ??
    set?.compose?.include.flatMap(({ system, concept }) => (concept ?? []).map((one) => ({ ...one, system })))
  if (!concepts || concepts.length === 0) return undefined
  return concepts.map((one, at) => {
    const score = pointsIn(one)
    return {
      value: one.code.length > 60 ? `o${at + 1}` : one.code,
      text: words.designated(one.display ?? one.code, one.designation),
      ...(score !== undefined && { score }),
      ...(one.system && { system: one.system }),
    }
  })
}
