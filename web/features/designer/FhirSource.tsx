import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ImportNote, readFhirQuestionnaire } from '../../../contract/questionnaire-design.ts'
import { useAct } from '../../query.ts'
import { AreaField, FileField } from '../../ui/fields.ts'
import { Notice } from '../../ui/Notice.tsx'
import { useExplain } from '../../ui/useExplain.ts'

/** What a FHIR Questionnaire would become, as the server read it. */
export type FhirRead = {
  resource: unknown
  code: string | null
  title: { 'zh-CN': string }
  questions: number
  notes: ImportNote[]
}

type FhirSourceProps = { read: FhirRead | null; onRead: (read: FhirRead | null) => void }

/** A questionnaire to begin with, uploaded or pasted; before anything is made it says what will not come along. */
export function FhirSource({ read, onRead }: FhirSourceProps) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const explain = useExplain()
  const [pasted, setPasted] = useState('')
  const ask = useAct(readFhirQuestionnaire, { onError: (error) => void message.error(explain(error), 10) })
  const take = async (text: string) => {
    let resource: unknown
    try {
      resource = JSON.parse(text)
    } catch (error) {
      onRead(null)
      void message.error(`${t('designer.fhir.notJson')} ${(error as Error).message}`)
      return
    }
    onRead(null)
    const answer = await ask.mutateAsync({ body: { resource } }).catch(() => undefined)
    if (!answer) return
    const { code, title, body, notes } = answer
    onRead({ resource, code, title, notes, questions: body.items.length })
  }
  if (read)
    return (
      <Report
        read={read}
        onDrop={() => {
          setPasted('')
          onRead(null)
        }}
      />
    )
  return (
    <fieldset className="field-set">
      <legend>{t('designer.fhir.legend')}</legend>
      <FileField
        label={t('designer.fhir.file')}
        accept="application/json,application/fhir+json,.json"
        onFile={(file) => void file.text().then(take)}
      />
      <details>
        <summary>{t('designer.fhir.paste')}</summary>
        <AreaField
          label={t('designer.fhir.text')}
          value={pasted}
          rows={6}
          maxLength={4_000_000}
          onChange={setPasted}
        />
        <Button
          htmlType="button"
          disabled={pasted.trim() === ''}
          loading={ask.isPending}
          onClick={() => void take(pasted)}
        >
          {t('designer.fhir.read')}
        </Button>
      </details>
    </fieldset>
  )
}

function Report({ read, onDrop }: { read: FhirRead; onDrop: () => void }) {
  const { t } = useTranslation()
  const lines = grouped(read.notes)
  return (
    <Notice
      tone={lines.length > 0 ? 'warning' : 'success'}
      title={t('designer.fhir.found', { title: read.title['zh-CN'], n: read.questions })}
      action={
        <Button htmlType="button" onClick={onDrop}>
          {t('designer.fhir.drop')}
        </Button>
      }
    >
      {lines.length === 0 ? (
        t('designer.fhir.whole')
      ) : (
        <>
          {t('designer.fhir.lost')}
          <ul className="design-lost">
            {lines.map(({ kind, about, linkIds }) => (
              <li key={`${kind} ${about}`}>
                {linkIds.length > 0 ? <code>{linkIds.join(', ')}</code> : t('designer.settings')}
                {' — '}
                {kind === 'left-out'
                  ? t(`designer.fhir.why.${about}` as 'designer.fhir.why.hidden')
                  : t(`designer.fhir.note.${kind}`, { about })}
              </li>
            ))}
          </ul>
        </>
      )}
    </Notice>
  )
}

type Line = Pick<ImportNote, 'kind' | 'about'> & { linkIds: string[] }

/** One line for all questions with the same trouble. */
function grouped(notes: ImportNote[]): Line[] {
  const lines = new Map<string, Line>()
  for (const { linkId, kind, about } of notes) {
    const key = `${kind} ${about}`
    const line = lines.get(key) ?? { kind, about, linkIds: [] }
    if (linkId !== null) line.linkIds.push(linkId)
    lines.set(key, line)
  }
  return [...lines.values()]
}
