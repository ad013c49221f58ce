import { Button } from 'antd'
import type { Dispatch } from 'react'
import { useTranslation } from 'react-i18next'
import type { Band } from '../../../contract/questionnaire.ts'
import { CheckField, PickField, TextField } from '../../ui/fields.ts'
import { type Design, type DesignAction, freeLinkId, tidy } from './design.ts'
import { LocalizedField, NumberInput } from './fields.tsx'

const tones = ['good', 'watch', 'bad'] as const
const blank = { 'zh-CN': '' }

/** What belongs to the questionnaire as a whole: its words, the total and what it means. */
export function WholeForm({ design, dispatch }: { design: Design; dispatch: Dispatch<DesignAction> }) {
  const { t } = useTranslation()
  const { body } = design
  const put = (patch: Record<string, unknown>) => dispatch({ do: 'body', patch })
  const bands = body.bands ?? []
  const setBands = (next: Band[]) => put({ bands: next.length > 0 ? next : undefined })
  const setBand = (at: number, patch: Record<string, unknown>) =>
    setBands(bands.map((band, place) => (place === at ? tidy({ ...band, ...patch }) : band)))
  return (
    <details className="design-whole">
      <summary>{t('designer.settings')}</summary>
      <LocalizedField
        label={t('designer.name')}
        value={design.title}
        onChange={(title) => dispatch({ do: 'about', patch: { title: title ?? blank } })}
      />
      <TextField
        label={t('designer.source')}
        value={design.source ?? ''}
        maxLength={500}
        onChange={(source) => dispatch({ do: 'about', patch: { source: source || null } })}
      />
      {(['script', 'intro', 'thanks'] as const).map((name) => (
        <LocalizedField
          key={name}
          label={t(`designer.${name}`)}
          value={body[name]}
          long
          onChange={(words) => put({ [name]: words })}
        />
      ))}
      <CheckField
        label={t('designer.scoring')}
        checked={body.scoring === 'sum'}
        onChange={(on) => put({ scoring: on ? 'sum' : 'none' })}
      />
      {body.scoring === 'sum' && (
        <CheckField
          label={t('designer.showScore')}
          checked={body.scoreShownToPerson ?? false}
          onChange={(on) => put({ scoreShownToPerson: on || undefined })}
        />
      )}
      {(body.scoring === 'sum' || bands.length > 0) && (
        <fieldset>
          <legend>{t('designer.bands')}</legend>
          {bands.map((band, at) => (
            <div key={band.code} className="design-part">
              <LocalizedField
                label={t('designer.band', { n: at + 1 })}
                value={band.text}
                onChange={(text) => setBand(at, { text: text ?? blank })}
              />
              <div className="design-line">
                <NumberInput
                  label={t('designer.upTo')}
                  value={band.upTo}
                  onChange={(upTo) => setBand(at, { upTo })}
                />
                <PickField
                  label={t('designer.tone')}
                  value={band.tone}
                  options={tones.map((tone) => ({ value: tone, text: t(`designer.toneOf.${tone}`) }))}
                  onChange={(tone) => setBand(at, { tone })}
                />
                <NumberInput
                  label={t('designer.bandFlag')}
                  value={band.redFlagWithinMinutes}
                  onChange={(minutes) =>
                    setBand(at, {
                      redFlagWithinMinutes:
                        minutes === undefined ? undefined : Math.min(1440, Math.max(5, Math.round(minutes))),
                    })
                  }
                />
                <Button size="small" onClick={() => setBands(bands.filter((_, place) => place !== at))}>
                  {t('designer.remove')}
                </Button>
              </div>
            </div>
          ))}
          <Button
            size="small"
            onClick={() =>
              setBands([
                ...bands,
                {
                  code: freeLinkId(
                    bands.map((band) => band.code),
                    'band',
                  ),
                  text: blank,
                  tone: 'watch',
                },
              ])
            }
          >
            {t('designer.addBand')}
          </Button>
        </fieldset>
      )}
    </details>
  )
}
