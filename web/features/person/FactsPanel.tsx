import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type PersonDetail, getPerson, getTimeline, updatePerson } from '../../../contract/person.ts'
import { ApiError, call } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { keyOf, queryClient } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { ConflictDialog } from './ConflictDialog.tsx'
import { type FactsDraft, FactsForm, changesOf, draftOf } from './FactsForm.tsx'

/** Facts in place: read, edit, save; when somebody else saved meanwhile, both versions are shown. */
export function FactsPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const explain = useExplain()
  const { message } = App.useApp()
  const [editing, setEditing] = useState<{ from: PersonDetail; draft: FactsDraft } | null>(null)
  const [theirs, setTheirs] = useState<PersonDetail | null>(null)
  const [busy, setBusy] = useState(false)
  const key = keyOf(getPerson, { params: { id: person.id } })

  async function save(version: number) {
    if (!editing) return
    setBusy(true)
    try {
      const saved = await call(updatePerson, {
        params: { id: person.id },
        body: { version, ...changesOf(editing.from, editing.draft) },
      })
      queryClient.setQueryData(key, saved)
      void queryClient.invalidateQueries({ queryKey: keyOf(getTimeline) })
      setEditing(null)
      setTheirs(null)
      void message.success(t('person.saved'))
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) {
        const fresh = await call(getPerson, { params: { id: person.id } })
        queryClient.setQueryData(key, fresh)
        setTheirs(fresh)
      } else void message.error(explain(error))
    } finally {
      setBusy(false)
    }
  }

  const rows: [string, string | null][] = [
    [t('person.name'), person.name],
    [t('person.sex'), code('sex', person.sex)],
    [
      t('person.birthDate'),
      person.birthDate &&
        `${person.birthDate}${person.ageYears === null ? '' : ` · ${t('common.years', { n: person.ageYears })}`}`,
    ],
    [t('person.maritalStatus'), code('marital', person.maritalStatus) || null],
    [t('person.language'), person.language],
    [
      t('person.preferredChannel'),
      person.preferredChannel ? code('channel', person.preferredChannel) : t('person.noPreference'),
    ],
    [t('person.note'), person.note ?? (person.abilities.write ? t('person.noNote') : null)],
  ]

  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t('person.facts')}</h2>
        {person.abilities.write && !editing && (
          <button
            type="button"
            className="plain-button"
            onClick={() => setEditing({ from: person, draft: draftOf(person) })}
          >
            {t('common.edit')}
          </button>
        )}
      </div>
      {editing ? (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault()
            void save(editing.from.version)
          }}
        >
          <FactsForm draft={editing.draft} onChange={(draft) => setEditing({ ...editing, draft })} />
          <div className="button-line">
            <Button type="primary" htmlType="submit" loading={busy}>
              {t('common.save')}
            </Button>
            <Button onClick={() => setEditing(null)}>{t('common.cancel')}</Button>
          </div>
        </form>
      ) : (
        <>
          <dl className="facts">
            {rows.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd className="pre-line">{value ?? <span className="secondary">—</span>}</dd>
              </div>
            ))}
          </dl>
          <p className="secondary small">
            {t('person.source', { source: code('source', person.source) })} ·{' '}
            {t('person.updated', { time: time.relative(person.updatedAt) })}
          </p>
        </>
      )}
      {theirs && editing && (
        <ConflictDialog
          before={editing.from}
          theirs={theirs}
          draft={editing.draft}
          busy={busy}
          onKeep={() => void save(theirs.version)}
          onDrop={() => {
            setTheirs(null)
            setEditing(null)
          }}
        />
      )}
    </section>
  )
}
