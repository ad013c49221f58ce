import '../pathway.css'
import './editor.css'
import { useParams } from '@tanstack/react-router'
import { getPathwayDraft } from '../../../../contract/pathway-draft.ts'
import { getPathway } from '../../../../contract/pathway.ts'
import { useCall } from '../../../query.ts'
import { Unloaded } from '../../../ui/Unloaded.tsx'
import { Editor } from './Editor.tsx'

/** The draft of a pathway on a canvas, with the form of the chosen step beside it. */
export default function PathwayEditPage() {
  const params = useParams({ strict: false })
  const id = Number(params.id)
  const pathway = useCall(getPathway, { params: { id } }, { staleTime: 0 })
  const draft = useCall(getPathwayDraft, { params: { id } }, { staleTime: 0 })
  // What was remembered from an earlier look may be older than what a colleague has saved since.
  const queries = [pathway, draft]
  if (queries.some((one) => one.isError || !one.isFetchedAfterMount) || !pathway.data || !draft.data)
    return <Unloaded page query={queries} height={480} />
  return <Editor key={id} pathway={pathway.data} draft={draft.data.draft} />
}
