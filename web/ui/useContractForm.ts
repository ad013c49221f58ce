import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import type { RouteContract } from '../../contract/route.ts'
import { ApiError, type InputOf } from '../api.ts'
import { useAct } from '../query.ts'
import { useMe } from '../session.tsx'
import { type DoOptions, useFinish } from './useDo.ts'
import { complaint, shapeOf } from './schema.ts'
import { forgetDraft, keepDraft, keptDraft } from './drafts.ts'
import { useExplain, useProblem } from './useExplain.ts'

type FormContract = RouteContract & { body: z.ZodType }
type BodyOf<C extends FormContract> = z.output<C['body']>
type Union<T> = T extends T ? keyof T : never
/** Fields of a union of contracts, such as one that adds and one that changes, are those of any of them. */
type NameOf<C extends FormContract> = Extract<C extends C ? Union<BodyOf<C>> : never, string>
/** What an enum field of the form may hold. */
type Choices<C extends FormContract, N extends string> = Extract<
  NonNullable<C extends C ? (BodyOf<C> extends Partial<Record<N, infer V>> ? V : never) : never>,
  string
>
type Values = Readonly<Record<string, unknown>>

type ContractFormOptions<C extends FormContract> = DoOptions<C> & {
  params?: object
  /** Start of the form; what is not a field of the contract is left aside, so a row as read will do. */
  values: object
  /** Last touch before sending, for what no field shows. */
  toBody?: (values: Values) => object
  /** `false`: nothing typed is kept when the form closes, such as for secrets. */
  draft?: boolean | string
} & ('version' extends NameOf<C>
    ? {
        /** Reads the present state after a conflict: what differs is shown at its field. */
        latest: () => Promise<object | undefined>
      }
    : { latest?: never })

/**
 * A form made from the body of a route's contract: limits, required fields and complaints come from its schema, what the
 * server refuses stands at its field, what was typed survives closing, a conflict shows what others wrote.
 * Empty text means "none": null where the schema takes null, else left out.
 */
export function useContractForm<C extends FormContract>(contract: C, options: ContractFormOptions<C>) {
  type Name = NameOf<C>
  const { t } = useTranslation()
  const explain = useExplain()
  const problem = useProblem()
  const id = useId()
  const me = useMe()
  const schema = contract.body as z.ZodType & { shape?: Record<string, z.ZodType> }
  const shape = schema.shape ?? {}
  const inShape = (all: object) =>
    Object.fromEntries(Object.entries(all).filter(([name, value]) => name in shape && value !== undefined))
  const start = () => inShape(options.values)
  const draftKey =
    options.draft === false
      ? null
      : `${me.id} ${contract.method} ${contract.path} ${JSON.stringify(options.params ?? {})} ${typeof options.draft === 'string' ? options.draft : ''}`
  const [kept] = useState(() => (draftKey ? keptDraft(draftKey) : null))
  const [values, setValues] = useState<Values>(() => ({ ...start(), ...kept }))
  const [restored, setRestored] = useState(kept !== null)
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [theirs, setTheirs] = useState<Values>({})
  const [trouble, setTrouble] = useState<string | null>(null)
  const finish = useFinish(options)

  /** What differs from the start, with the version that it was typed over: what others save meanwhile is a conflict, never overwritten. */
  const changesOf = (typed: Values) => {
    const before: Values = options.values as Values
    return Object.fromEntries(
      Object.entries(typed).filter(([name, value]) => name === 'version' || !same(value, before[name])),
    )
  }
  const change = (patch: Values) => {
    const next = { ...values, ...patch }
    setValues(next)
    setErrors((old) => Object.fromEntries(Object.entries(old).filter(([name]) => !(name in patch))))
    if (draftKey) keepDraft(draftKey, changesOf(next))
  }
  const point = (found: Record<string, string>) => {
    setErrors(found)
    const [first] = Object.keys(found)
      .flatMap((name) => document.getElementById(`${id}-${name}`) ?? [])
      .sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))
    // The field is marked first, so that a screen reader hears why the focus came here.
    requestAnimationFrame(() => first?.focus())
  }

  const act = useAct(contract, {
    onSuccess: (answer) => {
      if (draftKey) forgetDraft(draftKey)
      finish(answer)
    },
    onError: (error) => void refuse(error),
  })
  const refuse = async (error: Error) => {
    const fields = error instanceof ApiError ? error.fields : []
    const known = fields
      .map(({ path, message }) => {
        const name = path.replace(/^body\./, '').split('.')[0] ?? ''
        // Such as a name that is taken: the refusal itself says more than "wrong".
        const sentence =
          error instanceof ApiError &&
          error.id !== 'invalid' &&
          explain(new ApiError(error.status, error.id, error.message))
        return [name, problem(message) || sentence || t('common.field.wrong')] as const
      })
      .filter(([name]) => name in shape)
    if (known.length > 0 && known.length === fields.length) {
      point(Object.fromEntries(known))
      return
    }
    setTrouble(explain(error))
    if (!(error instanceof ApiError) || error.id !== 'changed-meanwhile' || !options.latest) return
    const latest = (await options.latest()) as Values | undefined
    if (!latest) return
    // What was not touched here follows the others; what was stays, with theirs beside it.
    const { version: _, ...own } = changesOf(values)
    setTheirs(
      Object.fromEntries(
        Object.keys(own).flatMap((name) => (same(latest[name], own[name]) ? [] : [[name, latest[name]]])),
      ),
    )
    setValues({ ...inShape(latest), ...own })
  }

  /** Values as the schema wants them. */
  const body = () => {
    const result: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(values)) {
      const { type, nullable, required } = shapeOf(shape[name])
      const text = typeof value === 'string' ? value.trim() : value
      if (text === '' || text === null) {
        if (nullable) result[name] = null
        // What had a value and is emptied is not "left out": the schema says whether it may be empty.
        else if (text === '' && (required || (options.values as Values)[name]))
          result[name] = type === 'string' ? '' : undefined
      } else result[name] = type === 'number' && typeof text === 'string' ? Number(text) : text
    }
    return options.toBody ? options.toBody(result) : result
  }

  const submit = () => {
    setTrouble(null)
    const parsed = schema.safeParse(body())
    if (parsed.success) {
      setErrors({})
      act.mutate({ ...(options.params && { params: options.params }), body: parsed.data } as InputOf<C>)
      return
    }
    const found: Record<string, string> = {}
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0] ?? '')
      const value = values[name]
      const empty =
        value === undefined || value === '' || value === null || (Array.isArray(value) && value.length === 0)
      const { key, n } = complaint(issue, empty)
      found[name] ??= t(`common.field.${key}`, { n, of: n, over: n })
    }
    point(found)
  }

  const bind = (name: Name) => {
    const { required } = shapeOf(shape[name])
    const other = theirs[name]
    return {
      id: `${id}-${name}`,
      required,
      error: errors[name],
      ...(name in theirs && {
        hint: t('common.form.theirs', {
          value: textOf(other) || t('common.none'),
        }),
      }),
    }
  }
  const text = (name: Name) => {
    const { maxLength } = shapeOf(shape[name])
    return {
      ...bind(name),
      ...(maxLength !== undefined && { maxLength }),
      value: textOf(values[name]),
      onChange: (value: string) => change({ [name]: value }),
    }
  }

  return {
    id,
    values,
    change,
    submit,
    saving: act.isPending,
    trouble,
    errors,
    /** What an earlier, unfinished visit left stands in the form. */
    restored,
    discard: () => {
      if (draftKey) forgetDraft(draftKey)
      setValues(start())
      setRestored(false)
    },
    /** For `TextField`, `AreaField` and `DateField`. */
    text,
    /** For `PickField`: options of an enum, each in the words given. */
    pick: <N extends Name>(name: N, words?: (value: Choices<C, N>) => string) => {
      const { options: choices, nullable, type } = shapeOf(shape[name])
      return {
        ...bind(name),
        value: textOf(values[name]),
        options: words ? choices.map((value) => ({ value, text: words(value as Choices<C, N>) })) : [],
        ...(nullable && words && { none: t('common.none') }),
        onChange: (value: string) =>
          change({ [name]: type === 'number' && value !== '' ? Number(value) : value }),
      }
    },
    number: (name: Name) => {
      const { min, max, nullable, required, whole } = shapeOf(shape[name])
      const value = values[name]
      return {
        ...bind(name),
        ...(min !== undefined && { min }),
        ...(max !== undefined && { max }),
        step: whole ? 1 : ('any' as const),
        value: value === undefined || value === null || value === '' ? null : Number(value),
        onChange: (next: number) => change({ [name]: next }),
        ...((nullable || !required) && { onClear: () => change({ [name]: '' }) }),
      }
    },
    /** For `PersonPick`; what the person is called is the caller's to show. */
    person: (name: Name) => ({
      id: `${id}-${name}`,
      error: errors[name],
      chosenId: (values[name] as number | null | undefined) ?? null,
    }),
    check: (name: Name) => ({
      checked: values[name] === true,
      onChange: (checked: boolean) => change({ [name]: checked }),
    }),
    checks: (name: Name) => ({
      error: errors[name],
      value: (values[name] as string[] | undefined) ?? [],
      onChange: (value: string[]) => change({ [name]: value }),
    }),
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

export type ContractForm = Pick<
  ReturnType<typeof useContractForm<FormContract>>,
  'id' | 'submit' | 'saving' | 'trouble' | 'errors' | 'restored' | 'discard'
>
