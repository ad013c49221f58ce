import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Hl7Profile, listHl7Profiles } from '../../../contract/hl7-profile.ts'
import { getIntakeOverview } from '../../../contract/intake.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { ProfileEditor } from './ProfileEditor.tsx'
import { TextField } from '../../ui/fields.ts'

type Key = { sender: string; facility: string }
const keyOf = (one: Key) => `${one.sender}|${one.facility}`

export function ProfilesTab() {
  const { t } = useTranslation()
  const me = useMe()
  const profiles = useCall(listHl7Profiles, {})
  const overview = useCall(getIntakeOverview, {})
  const [filters, setFilters] = useFilters()
  const [added, setAdded] = useState<Key | null>(null)
  if (profiles.isError) return <ErrorState error={profiles.error} onRetry={() => void profiles.refetch()} />
  const saved: Hl7Profile[] = profiles.data?.items ?? []
  const heard = (overview.data?.senders ?? []).filter(
    (one) => !saved.some((profile) => keyOf(profile) === keyOf(one)),
  )
  const choices: (Key & { profile?: Hl7Profile })[] = [
    ...saved.map((profile) => ({ sender: profile.sender, facility: profile.facility, profile })),
    ...heard.map(({ sender, facility }) => ({ sender, facility })),
    ...(added ? [added] : []),
  ]
  const open = choices.find((one) => keyOf(one) === first(filters['profile'])) ?? choices[0]
  return (
    <div className="page">
      <PageHeader title={t('intake.profile.title')} />
      {!may(me, 'setting.write') && <Notice tone="info" title={t('settings.readOnly')} />}
      <p className="secondary">{t('intake.profile.hint')}</p>
      {profiles.isPending || overview.isPending ? (
        <span className="skeleton intake-skeleton" role="status" aria-label={t('common.loading')} />
      ) : (
        <div className="profile-layout">
          <nav className="panel profile-list" aria-label={t('intake.profile.senders')}>
            <ul>
              {choices.map((one) => (
                <li key={keyOf(one)}>
                  <button
                    type="button"
                    className="profile-choice"
                    aria-current={open === one}
                    onClick={() => setFilters({ profile: keyOf(one) })}
                  >
                    <strong>{one.sender}</strong>{' '}
                    <span className="secondary">{one.facility || t('intake.profile.allFacilities')}</span>
                    <span className="secondary small">
                      {one.profile ? (
                        <>
                          {t('intake.profile.changedBy', { name: one.profile.updatedBy })}{' '}
                          <TimeText at={one.profile.updatedAt} />
                        </>
                      ) : (
                        t('intake.profile.standard')
                      )}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
            {may(me, 'setting.write') && (
              <AddSender
                onAdd={(sender) => {
                  setAdded({ sender, facility: '' })
                  setFilters({ profile: keyOf({ sender, facility: '' }) })
                }}
              />
            )}
          </nav>
          {open ? (
            <ProfileEditor
              key={`${keyOf(open)}|${open.profile?.version ?? 0}`}
              sender={open.sender}
              facility={open.facility}
              profile={open.profile}
            />
          ) : (
            <EmptyState title={t('intake.profile.none')} hint={t('intake.empty.hint')} />
          )}
        </div>
      )}
    </div>
  )
}

function AddSender({ onAdd }: { onAdd: (sender: string) => void }) {
  const { t } = useTranslation()
  const [sender, setSender] = useState('')
  return (
    <form
      className="profile-add"
      onSubmit={(event) => {
        event.preventDefault()
        if (sender.trim()) onAdd(sender.trim())
        setSender('')
      }}
    >
      <TextField
        inline
        label={t('intake.profile.newSender')}
        maxLength={200}
        value={sender}
        onChange={setSender}
      />
      <Button htmlType="submit" disabled={!sender.trim()}>
        {t('intake.profile.add')}
      </Button>
    </form>
  )
}
