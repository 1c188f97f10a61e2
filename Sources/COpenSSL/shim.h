// What Swift sees of OpenSSL.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Function-like macros, which Swift cannot call.
static inline int edge_ssl_set_versions(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}
static inline uint64_t edge_ssl_set_options(SSL_CTX *context) {
    return SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
            | SSL_OP_PRIORITIZE_CHACHA);
}
static inline long edge_ssl_set_mode(SSL_CTX *context, long mode) { return SSL_CTX_set_mode(context, mode); }
static inline long edge_ssl_clear_mode(SSL_CTX *context, long mode) { return SSL_CTX_clear_mode(context, mode); }
static inline long edge_ssl_set_cache_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_session_cache_mode(context, mode);
}
static inline long edge_ssl_set_ticket_keys(SSL_CTX *context, const unsigned char *keys, long size) {
    return SSL_CTX_set_tlsext_ticket_keys(context, (void *)keys, size);
}
static inline long edge_ssl_add_chain(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate);
}
static inline long edge_ssl_clear_chain(SSL_CTX *context) { return SSL_CTX_clear_chain_certs(context); }
static inline long edge_ssl_set_groups(SSL_CTX *context, const char *groups) {
    return SSL_CTX_set1_groups_list(context, groups);
}
static inline long edge_ssl_on_server_name(SSL_CTX *context, int (*callback)(SSL *, int *, void *), void *argument) {
    SSL_CTX_set_tlsext_servername_callback(context, callback);
    return SSL_CTX_set_tlsext_servername_arg(context, argument);
}
static inline long edge_ssl_on_status(SSL_CTX *context, int (*callback)(SSL *, void *), void *argument) {
    SSL_CTX_set_tlsext_status_cb(context, callback);
    return SSL_CTX_set_tlsext_status_arg(context, argument);
}
static inline long edge_ssl_ask_for_status(SSL *ssl) { return SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp); }
static inline long edge_ssl_set_staple(SSL *ssl, unsigned char *bytes, long size) {
    return SSL_set_tlsext_status_ocsp_resp(ssl, bytes, size);
}
static inline long edge_ssl_staple(SSL *ssl, const unsigned char **bytes) {
    return SSL_get_tlsext_status_ocsp_resp(ssl, bytes);
}
static inline long edge_ssl_set_server_name(SSL *ssl, const char *name) { return SSL_set_tlsext_host_name(ssl, name); }
static inline int edge_ssl_set_owner(SSL *ssl, void *owner) { return SSL_set_app_data(ssl, owner); }
static inline void *edge_ssl_owner(const SSL *ssl) { return SSL_get_app_data(ssl); }
static inline void *edge_ssl_allocate(size_t size) { return OPENSSL_malloc(size); }
static inline int edge_pem_is_at_end(unsigned long code) {
    return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}
static inline int edge_ssl_error_library(unsigned long code) { return ERR_GET_LIB(code); }
static inline int edge_ssl_error_reason(unsigned long code) { return ERR_GET_REASON(code); }
static inline const X509 *edge_ssl_peer(const SSL *ssl) { return SSL_get0_peer_certificate(ssl); }

// Stacks are typed by macros.
static inline GENERAL_NAMES *edge_x509_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}
static inline int edge_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline const GENERAL_NAME *edge_names_at(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}
static inline int edge_name_type(const GENERAL_NAME *name) { return name->type; }
static inline const ASN1_STRING *edge_name_dns(const GENERAL_NAME *name) {
    return name->type == GEN_DNS ? name->d.dNSName : NULL;
}
// 4 or 16 bytes.
static inline const ASN1_STRING *edge_name_address(const GENERAL_NAME *name) {
    return name->type == GEN_IPADD ? name->d.iPAddress : NULL;
}
// The text of an otherName of that kind; NULL for any other name.
static inline const ASN1_STRING *edge_name_other(const GENERAL_NAME *name, int nid) {
    if (name->type != GEN_OTHERNAME || OBJ_obj2nid(name->d.otherName->type_id) != nid) return NULL;
    const ASN1_TYPE *value = name->d.otherName->value;
    if (nid == NID_SRVName && value->type == V_ASN1_IA5STRING) return value->value.ia5string;
    if (nid == NID_XmppAddr && value->type == V_ASN1_UTF8STRING) return value->value.utf8string;
    return NULL;
}
// The certificate of the chain that issued `own`; `own` itself when it did.
static inline X509 *edge_chain_issuer(const STACK_OF(X509) *chain, const X509 *own) {
    for (int i = 0; chain != NULL && i < sk_X509_num(chain); i++) {
        X509 *candidate = sk_X509_value(chain, i);
        if (X509_check_issued(candidate, (X509 *)own) == X509_V_OK) return candidate;
    }
    return NULL;
}
// Whether an authority's answer is about that certificate, by its number: the issuer may not be at hand.
static inline int edge_ocsp_is_about(const OCSP_SINGLERESP *answer, const X509 *own) {
    ASN1_INTEGER *number = NULL;
    OCSP_CERTID *id = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(answer);
    if (OCSP_id_get0_info(NULL, NULL, NULL, &number, id) != 1 || number == NULL) return 0;
    return ASN1_INTEGER_cmp(number, X509_get0_serialNumber(own)) == 0;
}
// Whether the system's authorities vouch for `own` as a server, by way of the certificates sent with it: X509_V_OK or why not.
static inline int edge_x509_verify_here(X509 *own, X509 *const *others, int count) {
    int result = X509_V_ERR_UNSPECIFIED;
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    STACK_OF(X509) *chain = sk_X509_new_null();
    for (int i = 0; chain != NULL && i < count; i++) sk_X509_push(chain, others[i]);
    if (store != NULL && check != NULL && chain != NULL && X509_STORE_set_default_paths(store) == 1
        && X509_STORE_CTX_init(check, store, own, chain) == 1) {
        X509_STORE_CTX_set_purpose(check, X509_PURPOSE_SSL_SERVER);
        result = X509_verify_cert(check) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(check);
    }
    sk_X509_free(chain);
    X509_STORE_CTX_free(check);
    X509_STORE_free(store);
    return result;
}
