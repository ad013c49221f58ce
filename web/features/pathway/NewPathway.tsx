import { Dialog } from '../../ui/Dialog.tsx'
import { useNavigate } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createPathway } from '../../../contract/pathway-draft.ts'
import {
  getPathway,
  listPathways,
  type PathwayDefinition,
  type PathwaySummary,
} from '../../../contract/pathway.ts'
import { call } from '../../api.ts'
import { keyOf, queryClient } from '../../query.ts'
import { FileField, PickField, TextField } from '../../ui/fields.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { readPathwayFile } from './definitionFile.ts'
import { blankPathway } from './editing.ts'

const file = 'file'

/** Begins a pathway: blank, as a copy of another one, or from a file. */
export function NewPathway({ pathways }: { pathways: PathwaySummary[] }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  const [from, setFrom] = useState('')
  const [read, setRead] = useState<PathwayDefinition | null>(null)
  const [busy, setBusy] = useState(false)

  const begin = async () => {
    setBusy(true)
    try {
      const definition =
        from === file
          ? read
          : from
            ? (await call(getPathway, { params: { id: Number(from) } })).definition
            : blankPathway(t('editor.newStep.wait'))
      if (!definition) return
      const made = await call(createPathway, { body: { name: name.trim(), definition } })
      void queryClient.invalidateQueries({ queryKey: keyOf(listPathways), refetchType: 'none' })
      await navigate({ to: '/pathways/$id/edit', params: { id: String(made.id) } })
    } catch (error) {
      void message.error(explain(error))
    } finally {
      setBusy(false)
    }
  }
  const choose = async (one: File) => {
    const found = readPathwayFile(await one.text())
    if (!found.ok) {
      setRead(null)
      void message.error(`${t('editor.fileUnreadable', { name: one.name })} ${found.problems[0] ?? ''}`)
      return
    }
    setRead(found.definition)
    if (!name.trim() && found.name) setName(found.name)
  }

  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>
        {t('editor.new')}
      </Button>
      {open && (
        <Dialog
          title={t('editor.new')}
          onClose={() => setOpen(false)}
          ok={{
            text: t('editor.create'),
            onClick: () => void begin(),
            disabled: name.trim() === '' || (from === file && !read),
            loading: busy,
          }}
        >
          <div className="stack">
            <TextField
              label={t('editor.newName')}
              value={name}
              required
              maxLength={100}
              autoFocus
              onChange={setName}
            />
            <PickField
              label={t('editor.newFrom')}
              value={from}
              none={t('editor.newBlank')}
              options={[
                ...pathways.map((one) => ({
                  value: String(one.id),
                  text: t('editor.newCopy', { name: one.name }),
                })),
                { value: file, text: t('editor.newFile') },
              ]}
              onChange={setFrom}
            />
            {from === file && (
              <FileField
                label={t('editor.newFileChoose')}
                accept="application/json,.json"
                onFile={(one) => void choose(one)}
              />
            )}
          </div>
        </Dialog>
      )}
    </>
  )
}
