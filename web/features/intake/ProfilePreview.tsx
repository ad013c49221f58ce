import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Hl7ProfileDefinition, previewHl7Profile } from '../../../contract/hl7-profile.ts'
import { type AnswerOf, call } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { NoteList } from './NoteList.tsx'
import { useIntakeReason } from './useIntakeReason.ts'
import { AreaField } from '../../ui/fields.ts'

type Understood = NonNullable<AnswerOf<typeof previewHl7Profile>['understood']>

const pause = 400

/** What CareLoop would understand of a pasted message; asked anew as the profile changes, nothing is stored. */
export function ProfilePreview({ definition }: { definition: Hl7ProfileDefinition | null }) {
  const { t } = useTranslation()
  const why = useIntakeReason()
  const [message, setMessage] = useState('')
  const [asked, setAsked] = useState({ message: '', definition })
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ message, definition }), pause)
    return () => clearTimeout(timer)
  }, [message, definition])
  const preview = useQuery({
    queryKey: ['preview of a profile', asked],
    queryFn: ({ signal }) =>
      call(
        previewHl7Profile,
        { body: { message: asked.message, definition: asked.definition ?? undefined } as never },
        { signal },
      ),
    enabled: asked.message.trim() !== '' && asked.definition !== null,
    placeholderData: (previous) => previous,
    gcTime: 0,
  })
  const { data } = preview
  return (
    <section className="panel profile-preview" aria-label={t('intake.profile.preview')}>
      <h2>{t('intake.profile.preview')}</h2>
      <AreaField
        label={t('intake.profile.paste')}
        hint={t('intake.profile.pasteHint')}
        mono
        rows={8}
        placeholder="MSH|^~\&|"
        value={message}
        onChange={setMessage}
      />
      <div aria-live="polite">
        {message.trim() === '' ? null : preview.isError ? (
          <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
        ) : data?.problem ? (
          <Notice tone="danger" title={why(data.problem.reason)}>
            {data.problem.location && t('intake.detail.at', { location: data.problem.location })}
          </Notice>
        ) : (
          data?.understood && <UnderstoodFacts understood={data.understood} />
        )}
      </div>
    </section>
  )
}

function UnderstoodFacts({ understood }: { understood: Understood }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const { person, encounter, facts } = understood
  const rows: [string, string | null | undefined][] = [
    [t('intake.column.type'), understood.messageType],
    [t('intake.profile.site'), understood.site],
    [t('intake.profile.at'), time.moment(understood.at)],
    [
      t('person.column.recordNumber'),
      person.recordNumbers.map((one) => `${one.value}（${code('identifierSystem', one.system)}）`).join('、'),
    ],
    [t('person.name'), person.name],
    [t('person.sex'), person.sex && code('sex', person.sex)],
    [t('person.birthDate'), person.birthDate],
    [t('person.column.phone'), person.phones.join('、')],
    [t('person.addresses'), person.address],
  ]
  const visit: [string, string | null | undefined][] = encounter
    ? [
        [code('eventField', 'visitNumber'), encounter.visitNumber],
        [code('eventField', 'class'), encounter.class && code('encounterClass', encounter.class)],
        [code('eventField', 'status'), encounter.status && code('encounterStatus', encounter.status)],
        [code('eventField', 'departmentName'), encounter.department],
        [code('eventField', 'attendingName'), encounter.attending],
        [code('eventField', 'bed'), encounter.bed],
        [code('eventField', 'start'), encounter.start && time.moment(encounter.start)],
        [code('eventField', 'end'), encounter.end && time.moment(encounter.end)],
        [
          code('eventField', 'disposition'),
          encounter.disposition && code('disposition', encounter.disposition),
        ],
        [code('eventField', 'conditionText'), encounter.conditions.join('、')],
      ]
    : []
  return (
    <>
      <Notice tone="success" title={t('intake.profile.wouldApply')} />
      {understood.notes.length > 0 && (
        <Notice tone="warning" title={t('intake.profile.wouldNote')}>
          <NoteList notes={understood.notes} />
        </Notice>
      )}
      <h3>{t('intake.detail.person')}</h3>
      <FactList rows={rows} />
      {encounter && (
        <>
          <h3>{t('person.encounters')}</h3>
          <FactList rows={visit} />
        </>
      )}
      {facts.length > 0 && (
        <>
          <h3>{t('person.timeline')}</h3>
          <ul className="profile-facts">
            {facts.map((fact, index) => (
              <li key={index}>
                <b>{code('eventKind', fact.kind)}</b> {textOf(fact.data)}{' '}
                <span className="secondary small">{time.moment(fact.at)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

/** Item, value and unit of a clinical fact. */
function textOf({ code, value, unit }: Record<string, unknown>): string {
  const item = typeof code === 'object' && code !== null && 'text' in code ? code.text : null
  return [item, value, unit].filter((one) => typeof one === 'string' || typeof one === 'number').join(' ')
}

function FactList({ rows }: { rows: [string, string | null | undefined][] }) {
  return (
    <dl className="intake-facts">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value || '—'}</dd>
        </div>
      ))}
    </dl>
  )
}
