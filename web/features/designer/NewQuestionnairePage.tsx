import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { type SubmitEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createDraft } from '../../../contract/questionnaire-design.ts'
import { listQuestionnaires } from '../../../contract/questionnaire.ts'
import { useCall } from '../../query.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { PickField, TextField } from '../../ui/fields.ts'
import { useLocalized } from '../task/localized.ts'
import './designer.css'
import { type FhirRead, FhirSource } from './FhirSource.tsx'
import { useDo } from '../../ui/useDo.ts'

/** A new questionnaire: blank, as a copy of one that is published, or from another system by FHIR. */
export default function NewQuestionnairePage() {
  const { t } = useTranslation()
  const localized = useLocalized()
  const navigate = useNavigate()
  const search: { copy?: string } = useSearch({ strict: false })
  const [title, setTitle] = useState('')
  const [code, setCode] = useState('')
  const [copyOf, setCopyOf] = useState(search.copy ?? '')
  const [fhir, setFhir] = useState<FhirRead | null>(null)
  const published = useCall(listQuestionnaires)
  const create = useDo(createDraft, {
    onDone: ({ id }) => void navigate({ to: '/questionnaires/$id/edit', params: { id: String(id) } }),
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const from = fhir ? { fhir: fhir.resource } : copyOf ? { copyOf: Number(copyOf) } : {}
    create.mutate({ body: { title, code, ...from } })
  }
  const begun = (read: FhirRead | null) => {
    setFhir(read)
    if (!read) return
    if (title.trim() === '') setTitle(read.title['zh-CN'].slice(0, 200))
    if (code === '' && read.code) setCode(read.code)
  }
  return (
    <div className="page">
      <PageHeader title={t('designer.create')}>
        <p className="secondary">{t('designer.createHint')}</p>
      </PageHeader>
      <form className="panel design-new" onSubmit={submit}>
        <TextField
          label={t('designer.name')}
          value={title}
          required
          maxLength={200}
          autoFocus
          onChange={setTitle}
        />
        <TextField
          label={t('designer.code')}
          value={code}
          required
          maxLength={60}
          pattern="[a-z][a-z0-9\-]+"
          hint={t('designer.codeHint')}
          onChange={setCode}
        />
        {!fhir && (
          <PickField
            label={t('designer.copyIt')}
            value={copyOf}
            none={t('common.none')}
            options={(published.data?.items ?? []).map((one) => ({
              value: String(one.id),
              text: localized(one.title),
            }))}
            onChange={setCopyOf}
          />
        )}
        {!copyOf && <FhirSource read={fhir} onRead={begun} />}
        <Button type="primary" htmlType="submit" loading={create.isPending}>
          {t('designer.begin')}
        </Button>
      </form>
    </div>
  )
}
