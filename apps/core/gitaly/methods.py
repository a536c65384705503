"""The methods of Gitaly that this project calls, with the types of their messages."""

from apps.core.gitaly.calls import Stream, Unary
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb

REPOSITORY_EXISTS = Unary(
    "/gitaly.RepositoryService/RepositoryExists",
    pb.RepositoryExistsRequest,
    pb.RepositoryExistsResponse,
)
CREATE_REPOSITORY = Unary(
    "/gitaly.RepositoryService/CreateRepository",
    pb.CreateRepositoryRequest,
    pb.CreateRepositoryResponse,
    writes=True,
)
OBJECT_FORMAT = Unary(
    "/gitaly.RepositoryService/ObjectFormat",
    pb.ObjectFormatRequest,
    pb.ObjectFormatResponse,
)
REMOVE_REPOSITORY = Unary(
    "/gitaly.RepositoryService/RemoveRepository",
    pb.RemoveRepositoryRequest,
    pb.RemoveRepositoryResponse,
    writes=True,
)
HAS_LOCAL_BRANCHES = Unary(
    "/gitaly.RepositoryService/HasLocalBranches",
    pb.HasLocalBranchesRequest,
    pb.HasLocalBranchesResponse,
)
GET_OBJECT_DIRECTORY_SIZE = Unary(
    "/gitaly.RepositoryService/GetObjectDirectorySize",
    pb.GetObjectDirectorySizeRequest,
    pb.GetObjectDirectorySizeResponse,
)
REPOSITORY_SIZE = Unary(
    "/gitaly.RepositoryService/RepositorySize",
    pb.RepositorySizeRequest,
    pb.RepositorySizeResponse,
)
REPLICATE_REPOSITORY = Unary(
    "/gitaly.RepositoryService/ReplicateRepository",
    pb.ReplicateRepositoryRequest,
    pb.ReplicateRepositoryResponse,
    writes=True,
    seconds=24 * 3600,  # of a large repository every object travels
)
CALCULATE_CHECKSUM = Unary(
    "/gitaly.RepositoryService/CalculateChecksum",
    pb.CalculateChecksumRequest,
    pb.CalculateChecksumResponse,
    seconds=600,
)
WRITE_REF = Unary("/gitaly.RepositoryService/WriteRef", pb.WriteRefRequest, pb.WriteRefResponse, writes=True)
FIND_DEFAULT_BRANCH_NAME = Unary(
    "/gitaly.RefService/FindDefaultBranchName",
    pb.FindDefaultBranchNameRequest,
    pb.FindDefaultBranchNameResponse,
)
REF_EXISTS = Unary("/gitaly.RefService/RefExists", pb.RefExistsRequest, pb.RefExistsResponse)
LIST_BRANCH_NAMES_CONTAINING_COMMIT = Stream(
    "/gitaly.RefService/ListBranchNamesContainingCommit",
    pb.ListBranchNamesContainingCommitRequest,
    pb.ListBranchNamesContainingCommitResponse,
)
COMMIT_IS_ANCESTOR = Unary(
    "/gitaly.CommitService/CommitIsAncestor",
    pb.CommitIsAncestorRequest,
    pb.CommitIsAncestorResponse,
)
LIST_COMMITS = Stream("/gitaly.CommitService/ListCommits", pb.ListCommitsRequest, pb.ListCommitsResponse)
GET_COMMIT_MESSAGES = Stream(
    "/gitaly.CommitService/GetCommitMessages",
    pb.GetCommitMessagesRequest,
    pb.GetCommitMessagesResponse,
)
LIST_FILES = Stream("/gitaly.CommitService/ListFiles", pb.ListFilesRequest, pb.ListFilesResponse)
FIND_CHANGED_PATHS = Stream(
    "/gitaly.DiffService/FindChangedPaths",
    pb.FindChangedPathsRequest,
    pb.FindChangedPathsResponse,
)
LIST_BLOBS = Stream("/gitaly.BlobService/ListBlobs", pb.ListBlobsRequest, pb.ListBlobsResponse)
LIST_LFS_POINTERS = Stream(
    "/gitaly.BlobService/ListLFSPointers",
    pb.ListLFSPointersRequest,
    pb.ListLFSPointersResponse,
)
