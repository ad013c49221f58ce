import { Button } from 'antd'
import { type Dispatch, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { unfold } from '../../../contract/answer.ts'
import type { Question } from '../../../contract/questionnaire.ts'
import { CheckField, TextField } from '../../ui/fields.ts'
import { comparisonWith, ConditionField } from './ConditionField.tsx'
import { type DesignAction, earlierQuestions, freeLinkId, linkIdsOf } from './design.ts'
import { LocalizedField, NumberInput } from './fields.tsx'

type ItemFormProps = { items: Question[]; at: number; scored: boolean; dispatch: Dispatch<DesignAction> }

const blank = { 'zh-CN': '' }

/** Everything about one question. */
export function ItemForm({ items, at, scored, dispatch }: ItemFormProps) {
  const { t } = useTranslation()
  const item = items[at]
  if (!item) return null
  const change = (patch: Partial<Question>) => dispatch({ do: 'change', at, patch })
  /** Undefined takes a key away; the types of the contract do not know keys without a value. */
  const clear = (patch: Record<string, unknown>) => change(patch)
  const asks = item.type !== 'group' && item.type !== 'display'
  const measured = item.type === 'integer' || item.type === 'decimal'
  const own = unfold([item]).filter((one) => one.type !== 'display' && one.type !== 'group')
  const [self] = own
  return (
    <section className="design-form" aria-label={t(`questionnaires.type.${item.type}`)}>
      <h2>{t(`questionnaires.type.${item.type}`)}</h2>
      <LinkIdField key={item.linkId} items={items} item={item} dispatch={dispatch} />
      <LocalizedField
        label={t('designer.text')}
        value={item.text}
        onChange={(text) => change({ text: text ?? blank })}
      />
      {asks && (
        <>
          <LocalizedField label={t('designer.help')} value={item.help} onChange={(help) => clear({ help })} />
          <CheckField
            label={t('designer.required')}
            checked={item.required ?? false}
            onChange={(required) => clear({ required: required || undefined })}
          />
          <CheckField
            label={t('designer.staffOnly')}
            checked={item.staffOnly ?? false}
            onChange={(staffOnly) => clear({ staffOnly: staffOnly || undefined })}
          />
        </>
      )}
      {(measured || item.type === 'scale') && (
        <div className="design-line">
          <NumberInput label={t('designer.min')} value={item.min} onChange={(min) => clear({ min })} />
          <NumberInput label={t('designer.max')} value={item.max} onChange={(max) => clear({ max })} />
          <TextField
            label={t('designer.unit')}
            value={item.unit ?? ''}
            maxLength={20}
            onChange={(unit) => clear({ unit: unit || undefined })}
          />
        </div>
      )}
      {item.type === 'photo' && (
        <NumberInput
          label={t('designer.maxPhotos')}
          value={item.maxPhotos ?? 1}
          onChange={(most) =>
            clear({
              maxPhotos: most !== undefined && most > 1 ? Math.min(5, Math.round(most)) : undefined,
            })
          }
        />
      )}
      {item.rows && (
        <fieldset>
          <legend>{t('designer.rows')}</legend>
          {item.rows.map((row, place) => (
            <div key={row.linkId} className="design-part">
              <LocalizedField
                label={`${t('designer.row', { n: place + 1 })} · ${row.linkId}`}
                value={row.text}
                onChange={(text) =>
                  change({
                    rows: item.rows?.map((one) =>
                      one.linkId === row.linkId ? { ...one, text: text ?? blank } : one,
                    ),
                  })
                }
              />
              <Button
                size="small"
                onClick={() => change({ rows: item.rows?.filter((one) => one.linkId !== row.linkId) })}
              >
                {t('designer.remove')}
              </Button>
            </div>
          ))}
          <Button
            size="small"
            onClick={() =>
              change({
                rows: [
                  ...(item.rows ?? []),
                  { linkId: freeLinkId(linkIdsOf(items), `${item.linkId}-`), text: blank },
                ],
              })
            }
          >
            {t('designer.addRow')}
          </Button>
        </fieldset>
      )}
      {item.options && (
        <OptionsField options={item.options} scored={scored} onChange={(options) => change({ options })} />
      )}
      {scored && measured && (
        <PointsField
          scores={item.scores ?? []}
          onChange={(scores) => clear({ scores: scores.length > 0 ? scores : undefined })}
        />
      )}
      <fieldset>
        <legend>{t('designer.showWhen')}</legend>
        <ConditionField
          value={item.enableWhen}
          questions={earlierQuestions(items, at)}
          none={t('designer.always')}
          onChange={(enableWhen) => clear({ enableWhen })}
        />
      </fieldset>
      {asks && self && (
        <fieldset>
          <legend>{t('designer.redFlag')}</legend>
          <CheckField
            label={t('designer.redFlag')}
            checked={item.redFlag !== undefined}
            onChange={(on) =>
              clear({
                redFlag: on ? { when: comparisonWith(self), text: blank, withinMinutes: 120 } : undefined,
              })
            }
          />
          {item.redFlag && (
            <RedFlagForm
              flag={item.redFlag}
              questions={[...earlierQuestions(items, at), ...own]}
              onChange={(redFlag) => clear({ redFlag })}
            />
          )}
        </fieldset>
      )}
    </section>
  )
}

type Flag = NonNullable<Question['redFlag']>

function RedFlagForm({
  flag,
  questions,
  onChange,
}: {
  flag: Flag
  questions: Question[]
  onChange: (flag: Flag | undefined) => void
}) {
  const { t } = useTranslation()
  return (
    <>
      <ConditionField
        value={flag.when}
        questions={questions}
        none=""
        onChange={(when) => onChange(when && { ...flag, when })}
      />
      <LocalizedField
        label={t('designer.flagText')}
        value={flag.text}
        onChange={(text) => onChange({ ...flag, text: text ?? blank })}
      />
      <LocalizedField
        label={t('designer.flagAdvice')}
        value={flag.advice}
        long
        onChange={(advice) => {
          const { advice: _, ...rest } = flag
          onChange(advice ? { ...rest, advice } : rest)
        }}
      />
      <NumberInput
        label={t('designer.within')}
        value={flag.withinMinutes}
        onChange={(minutes) =>
          onChange({ ...flag, withinMinutes: Math.min(1440, Math.max(5, Math.round(minutes ?? 120))) })
        }
      />
    </>
  )
}

/** The name is taken over when the field is left, so that half a name never breaks the conditions that use it. */
function LinkIdField({
  items,
  item,
  dispatch,
}: {
  items: Question[]
  item: Question
  dispatch: Dispatch<DesignAction>
}) {
  const { t } = useTranslation()
  const [text, setText] = useState(item.linkId)
  const wrong = text !== item.linkId && (!/^[\w.-]{1,60}$/.test(text) || linkIdsOf(items).includes(text))
  return (
    <div onBlur={() => !wrong && dispatch({ do: 'rename', from: item.linkId, to: text })}>
      <TextField
        label={t('designer.linkId')}
        value={text}
        hint={wrong ? t('designer.linkIdTaken') : undefined}
        onChange={setText}
      />
    </div>
  )
}

type Options = NonNullable<Question['options']>

function OptionsField({
  options,
  scored,
  onChange,
}: {
  options: Options
  scored: boolean
  onChange: (options: Options) => void
}) {
  const { t } = useTranslation()
  const put = (at: number, patch: object) =>
    onChange(
      options.map((one, place) => {
        if (place !== at) return one
        const { score, ...rest } = { ...one, ...patch }
        return score === undefined ? rest : { ...rest, score }
      }),
    )
  return (
    <fieldset>
      <legend>{t('designer.options')}</legend>
      {options.map((option, at) => (
        <div key={at} className="design-part">
          <LocalizedField
            label={t('designer.option', { n: at + 1 })}
            value={option.text}
            onChange={(text) => put(at, { text: text ?? blank })}
          />
          <div className="design-line">
            <TextField
              label={t('designer.value')}
              value={option.value}
              maxLength={60}
              onChange={(value) => put(at, { value })}
            />
            {scored && (
              <NumberInput
                label={t('designer.score')}
                value={option.score}
                onChange={(score) => put(at, { score })}
              />
            )}
            <Button size="small" onClick={() => onChange(options.filter((_, place) => place !== at))}>
              {t('designer.remove')}
            </Button>
          </div>
        </div>
      ))}
      <Button
        size="small"
        onClick={() =>
          onChange([
            ...options,
            {
              value: freeLinkId(
                options.map((one) => one.value),
                '',
              ),
              text: blank,
            },
          ])
        }
      >
        {t('designer.addOption')}
      </Button>
    </fieldset>
  )
}

type Scores = NonNullable<Question['scores']>

function PointsField({ scores, onChange }: { scores: Scores; onChange: (scores: Scores) => void }) {
  const { t } = useTranslation()
  const put = (at: number, line: { upTo?: number | undefined; score?: number }) =>
    onChange(
      scores.map((one, place) => {
        if (place !== at) return one
        const { upTo, ...rest } = { ...one, ...line }
        return upTo === undefined ? rest : { ...rest, upTo }
      }),
    )
  return (
    <fieldset>
      <legend>{t('designer.points')}</legend>
      {scores.map((line, at) => (
        <div key={at} className="design-line">
          <NumberInput label={t('designer.upTo')} value={line.upTo} onChange={(upTo) => put(at, { upTo })} />
          <NumberInput
            label={t('designer.score')}
            value={line.score}
            onChange={(score) => put(at, { score: score ?? 0 })}
          />
          <Button size="small" onClick={() => onChange(scores.filter((_, place) => place !== at))}>
            {t('designer.remove')}
          </Button>
        </div>
      ))}
      <Button size="small" onClick={() => onChange([...scores, { score: 0 }])}>
        {t('designer.addPoints')}
      </Button>
    </fieldset>
  )
}
