import type { ClinicalFact } from '../../../contract/timeline.ts'
import { conceptText, factCode } from './concept.ts'
import { type Decimal, isRaw, textOf } from './json.ts'
import type { Concept, Quantity, ReferenceRange } from './schema.ts'

// Values as the timeline shows them: nothing of what was measured is dropped, and nothing rounded.

type Ratio = { numerator?: Quantity | undefined; denominator?: Quantity | undefined }
type Range = { low?: Quantity | undefined; high?: Quantity | undefined }

/** The value of an Observation, or of one of its components. */
export type Valued = {
  valueQuantity?: Quantity | undefined
  valueCodeableConcept?: Concept | undefined
  valueString?: string | undefined
  valueBoolean?: boolean | undefined
  valueInteger?: number | undefined
  valueRange?: Range | undefined
  valueRatio?: Ratio | undefined
  valueTime?: string | undefined
  valueDateTime?: string | undefined
  valuePeriod?: { start?: string | undefined; end?: string | undefined } | undefined
  dataAbsentReason?: Concept | undefined
  interpretation?: Concept[] | undefined
  referenceRange?: ReferenceRange[] | undefined
}

/** A plain number to count with; one with a comparator or zeros at its end is a text, so that both stay. */
function numberOrText(value: Decimal, comparator = ''): number | string {
  return comparator === '' && !isRaw(value) ? value : `${comparator}${textOf(value)}`
}

const unitOf = (quantity: Quantity | undefined) => quantity?.unit ?? quantity?.code

/** `<5 mg/L`; undefined without a value. */
export function quantityText(quantity: Quantity | undefined): string | undefined {
  if (quantity?.value === undefined) return undefined
  const { value, comparator } = quantity
  return [numberOrText(value, comparator), unitOf(quantity)].filter((one) => one !== undefined).join(' ')
}

const between = (low: string | undefined, high: string | undefined) =>
  low === undefined && high === undefined ? undefined : `${low ?? ''}–${high ?? ''}`
const bare = (quantity: Quantity | undefined) =>
  quantityText(quantity && { ...quantity, unit: undefined, code: undefined })

function valueOf(one: Valued): Pick<ClinicalFact, 'value' | 'unit'> {
  const { valueQuantity: quantity, valueRange: range, valueRatio: ratio, valuePeriod: period } = one
  if (quantity?.value !== undefined)
    return { value: numberOrText(quantity.value, quantity.comparator), unit: unitOf(quantity) }
  if (range)
    return {
      value: between(bare(range.low), bare(range.high)),
      unit: unitOf(range.low) ?? unitOf(range.high),
    }
  if (ratio)
    return { value: [ratio.numerator, ratio.denominator].map((part) => quantityText(part) ?? '?').join(':') }
  const value =
    conceptText(one.valueCodeableConcept) ??
    one.valueString ??
    one.valueInteger ??
    one.valueBoolean?.toString() ??
    one.valueDateTime ??
    one.valueTime ??
    between(period?.start, period?.end)
  return value === undefined ? {} : { value }
}

function rangeText([range]: ReferenceRange[] = []): string | undefined {
  return range?.text ?? between(bare(range?.low), bare(range?.high))
}

/** What was measured; why there is no value, if there is none. */
export function measured(one: Valued): Partial<ClinicalFact> {
  const { value, unit } = valueOf(one)
  return {
    value,
    unit,
    range: rangeText(one.referenceRange),
    interpretation: one.interpretation?.[0]?.coding?.[0]?.code ?? one.interpretation?.[0]?.text,
    ...(value === undefined && { note: conceptText(one.dataAbsentReason) ?? undefined }),
  }
}

/**
 * An observation with components, such as a blood pressure, is one fact a component, as HL7 sends them: rules ask for systolic and
 * diastolic by their codes. The whole is a fact only if it has a value itself.
 */
export function observed(
  one: Valued & { code: Concept; status: string; component?: (Valued & { code: Concept })[] | undefined },
): ClinicalFact[] {
  const { component = [], status } = one
  const whole = { code: factCode(one.code, 'Observation'), ...measured(one), status }
  const parts = component.map((part) => ({
    code: factCode(part.code, 'Observation'),
    group: whole.code.text,
    ...measured(part),
    status,
  }))
  return parts.length > 0 && whole.value === undefined ? parts : [whole, ...parts]
}
