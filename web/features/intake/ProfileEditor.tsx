import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type Hl7Profile,
  hl7Charsets,
  listHl7Profiles,
  putHl7Profile,
} from '../../../contract/hl7-profile.ts'
import { getIntakeOverview } from '../../../contract/intake.ts'
import { may, useMe } from '../../session.tsx'
import { AreaField, PickField, TextField } from '../../ui/fields.ts'
import { Notice } from '../../ui/Notice.tsx'
import { codeMaps, emptyForm, type FieldLine, fromForm, type ProfileForm, toForm } from './profileForm.ts'
import { ProfilePreview } from './ProfilePreview.tsx'
import { useDo } from '../../ui/useDo.ts'

type ProfileEditorProps = { sender: string; facility: string; profile: Hl7Profile | undefined }

export function ProfileEditor({ sender, facility, profile }: ProfileEditorProps) {
  const { t } = useTranslation()
  const me = useMe()
  const [form, setForm] = useState(() => (profile ? toForm(profile.definition) : emptyForm))
  const mayWrite = may(me, 'setting.write')
  const read = fromForm(form)
  const change = (part: Partial<ProfileForm>) => setForm((old) => ({ ...old, ...part }))
  const save = useDo(putHl7Profile, {
    done: t('intake.profile.saved'),
    stale: [listHl7Profiles, getIntakeOverview],
  })
  return (
    <>
      <form
        className="panel profile-form"
        aria-label={sender}
        onSubmit={(event) => {
          event.preventDefault()
          if ('definition' in read)
            save.mutate({
              body: { sender, facility, definition: read.definition, version: profile?.version ?? 0 },
            })
        }}
      >
        <h2>
          {sender} <span className="secondary">{facility || t('intake.profile.allFacilities')}</span>
        </h2>
        <fieldset disabled={!mayWrite}>
          <div className="profile-basics">
            <PickField
              label={t('intake.detail.charset')}
              value={form.charset}
              none={t('intake.profile.charsetOfMessage')}
              options={hl7Charsets.map((value) => ({ value, text: value }))}
              onChange={(charset) => change({ charset })}
            />
            <TextField
              label={t('intake.profile.timeZone')}
              hint="Asia/Shanghai"
              value={form.timeZone}
              onChange={(timeZone) => change({ timeZone })}
            />
            <TextField
              label={t('intake.profile.country')}
              hint={t('intake.profile.countryHint')}
              value={form.country}
              onChange={(country) => change({ country })}
            />
            <TextField
              label={t('intake.profile.site')}
              hint={t('intake.profile.siteHint')}
              value={form.site}
              onChange={(site) => change({ site })}
            />
            <TextField
              label={t('intake.profile.silentMinutes')}
              hint={t('intake.profile.silentHint')}
              value={form.silentMinutes}
              onChange={(silentMinutes) => change({ silentMinutes })}
            />
            <PickField
              required
              label={t('intake.profile.authority.label')}
              value={form.authority}
              options={(['whole', 'name', 'facility'] as const).map((value) => ({
                value,
                text: t(`intake.profile.authority.${value}`),
              }))}
              onChange={(authority) => change({ authority })}
            />
            <PickField
              none={t('intake.profile.testMessages.usual')}
              label={t('intake.profile.testMessages.label')}
              value={form.testMessages}
              options={(['set-aside', 'apply'] as const).map((value) => ({
                value,
                text: t(`intake.profile.testMessages.${value}`),
              }))}
              onChange={(testMessages) => change({ testMessages })}
            />
          </div>
          <FieldLines lines={form.fields} onChange={(fields) => change({ fields })} />
          <h3>{t('intake.profile.codes')}</h3>
          <p className="secondary small">{t('intake.profile.codesHint')}</p>
          <div className="profile-codes">
            {codeMaps.map((name) => (
              <AreaField
                mono
                rows={4}
                key={name}
                label={t(`intake.profile.code.${name}`)}
                value={form.codes[name]}
                onChange={(text) => change({ codes: { ...form.codes, [name]: text } })}
              />
            ))}
          </div>
        </fieldset>
        {'problem' in read && (
          <Notice tone="warning" title={t('intake.profile.problem', { place: read.problem })} />
        )}
        {mayWrite && (
          <Button type="primary" htmlType="submit" disabled={'problem' in read} loading={save.isPending}>
            {t('common.save')}
          </Button>
        )}
      </form>
      <ProfilePreview definition={'definition' in read ? read.definition : null} />
    </>
  )
}

function FieldLines({ lines, onChange }: { lines: FieldLine[]; onChange: (lines: FieldLine[]) => void }) {
  const { t } = useTranslation()
  const set = (index: number, part: Partial<FieldLine>) =>
    onChange(lines.map((line, at) => (at === index ? { ...line, ...part } : line)))
  return (
    <>
      <h3>{t('intake.profile.fields')}</h3>
      <p className="secondary small">{t('intake.profile.fieldsHint')}</p>
      <ol className="profile-fields">
        {lines.map((line, index) => (
          <li key={index}>
            {(['to', 'from', 'value'] as const).map((part) => (
              <TextField
                key={part}
                inline
                mono
                label={`${t(`intake.profile.line.${part}`)} ${index + 1}`}
                value={line[part]}
                onChange={(text) => set(index, { [part]: text })}
              />
            ))}
            <button
              type="button"
              className="plain-button"
              aria-label={t('intake.profile.removeLine', { n: index + 1 })}
              onClick={() => onChange(lines.filter((_, at) => at !== index))}
            >
              ×
            </button>
          </li>
        ))}
      </ol>
      <Button onClick={() => onChange([...lines, { to: '', from: '', value: '' }])}>
        {t('intake.profile.addLine')}
      </Button>
    </>
  )
}
